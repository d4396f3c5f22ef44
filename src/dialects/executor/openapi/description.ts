import { cronjobOperations, cronjobSchemas } from '../../cronjobs/openapi.ts';
import { jobsOperations, jobsSchemas } from '../../jobs/openapi.ts';
import { operations, type Operation } from './operations.ts';
import { schemas } from './schemas.ts';

type Json = Readonly<Record<string, unknown>>;

/** What a route of any dialect takes and gives. */
interface AnyOperation extends Pick<Operation, 'summary' | 'status'> {
  readonly query?: readonly { readonly name: string; readonly schema: object; readonly description?: string }[];
  readonly body?: { readonly schema: string; readonly lines?: boolean; readonly optional?: boolean };
  readonly answer: readonly string[] | 'events' | 'nothing';
}

/** The API as OpenAPI 3.1 tells it: https://spec.openapis.org/oas/v3.1.1.html */
export function openApiDescription(): Json {
  const paths: Record<string, Record<string, Json>> = {};
  const all: Readonly<Record<string, AnyOperation>> = { ...operations, ...cronjobOperations, ...jobsOperations };
  for (const [name, operation] of Object.entries(all)) {
    const [method = '', path = ''] = name.split(' ');
    const at = (paths[path.replace(/:(\w+)/g, '{$1}')] ??= {});
    at[method.toLowerCase()] = described(operation, path);
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Execution Logs', version: '1' },
    security: [{ token: [] }, {}],
    paths,
    components: {
      schemas: { ...schemas, ...cronjobSchemas, ...jobsSchemas },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function described({ summary, query = [], body, answer, status = 200 }: AnyOperation, path: string): Json {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => {
    return { name, in: 'path', required: true, schema: { type: 'string' } };
  });
  return {
    summary,
    parameters: [...inPath, ...query.map((parameter) => ({ ...parameter, in: 'query' }))],
    ...(body && { requestBody: bodyOf(body) }),
    responses: {
      [answer === 'nothing' ? 204 : status]: answerOf(answer),
      default: { description: 'A failure', content: { 'application/json': { schema: ref('Error') } } },
    },
  };
}

function bodyOf({ schema, lines, optional }: NonNullable<AnyOperation['body']>): Json {
  const ndjson = {
    schema: { type: 'string' },
    example: '{"text":"make: *** Error 1","time":"2026-02-20T08:00:00.000Z","stream":"stderr"}\n',
  };
  return {
    required: !optional,
    content: {
      'application/json': { schema: ref(schema) },
      ...(lines && { 'application/x-ndjson': ndjson }),
    },
  };
}

function answerOf(answer: AnyOperation['answer']): Json {
  if (answer === 'nothing') return { description: 'Done' };
  if (answer === 'events')
    return { description: 'Events until the end', content: { 'text/event-stream': { schema: { type: 'string' } } } };
  const [first, ...others] = answer.map(ref);
  const schema = others.length > 0 ? { oneOf: [first, ...others] } : (first ?? { type: 'object' });
  return { description: 'What was asked for', content: { 'application/json': { schema } } };
}

function ref(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}
