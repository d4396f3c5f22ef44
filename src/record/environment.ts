/** Asks tools to keep their colours, although they write to a pipe, unless the user has said something else. */
export function colourful(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (environment['NO_COLOR'] !== undefined) return environment;
  return { FORCE_COLOR: '1', CLICOLOR_FORCE: '1', ...environment };
}
