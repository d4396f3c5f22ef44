// Built as a file of its own, which the extension and the command line load when they need it.
export { EnvHttpProxyAgent, fetch } from 'undici';
