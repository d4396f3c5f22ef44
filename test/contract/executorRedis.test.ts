import { afterAll } from 'vitest';
import { RedisServer } from '../harness/redisServer.ts';
import { describeLogSource } from './describeLogSource.ts';
import { overPort } from './overPort.ts';
import { RedisSubject } from './redisSubject.ts';
import { servedOverHttp } from './served.ts';

const server = await RedisServer.start();
afterAll(() => server[Symbol.asyncDispose]());

const overHttp = async () => servedOverHttp(await RedisSubject.open(server));

await describeLogSource('client(executor(redis))', overHttp);
await describeLogSource('port(client(executor(redis)))', async () => overPort(await overHttp()));
