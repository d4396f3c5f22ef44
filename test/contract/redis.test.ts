import { afterAll } from 'vitest';
import { RedisServer } from '../harness/redisServer.ts';
import { describeLogSource } from './describeLogSource.ts';
import { RedisSubject } from './redisSubject.ts';

const server = await RedisServer.start();
afterAll(() => server[Symbol.asyncDispose]());

await describeLogSource('redis', () => RedisSubject.open(server));
