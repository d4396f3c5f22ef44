import { jobsOperations, jobsSchemas, type JobsOperation } from './openapi.ts';

type Json = Readonly<Record<string, unknown>>;

const failure = {
  type: 'object',
  properties: {
    error: { type: 'object', properties: { code: { type: 'string' }, message: { type: 'string' } } },
  },
};

/** The job API as OpenAPI 3.1 tells it: https://spec.openapis.org/oas/v3.1.1.html */
export function jobsDescription(): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const [name, operation] of Object.entries(jobsOperations)) {
    const [method = '', path = ''] = name.split(' ');
    const at = (paths[path.replace(/:(\w+)/g, '{$1}')] ??= {});
    at[method.toLowerCase()] = described(operation, path);
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Execution Logs: job API', version: '1' },
    security: [{ token: [] }, {}],
    paths,
    components: {
      schemas: { ...jobsSchemas, Error: failure },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function described({ summary, query = [], body, answer }: JobsOperation, path: string): Json {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => {
    return { name, in: 'path', required: true, schema: { type: 'string' } };
  });
  const [schema] = answer === 'events' ? [] : answer.map(ref);
  const content =
    answer === 'events'
      ? { 'text/event-stream': { schema: { type: 'string' } } }
      : { 'application/json': { schema: schema ?? { type: 'object' } } };
  return {
    summary,
    parameters: [...inPath, ...query.map((parameter) => ({ ...parameter, in: 'query' }))],
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: ref(body.schema) } } } }),
    responses: {
      200: { description: 'What was asked for', content },
      default: { description: 'A failure', content: { 'application/json': { schema: ref('Error') } } },
    },
  };
}

function ref(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}
