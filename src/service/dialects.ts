import { cronjobRoutes } from '../dialects/cronjobs/routes.ts';
import { cronjobSockets } from '../dialects/cronjobs/socketRoutes.ts';
import { executorRoutes } from '../dialects/executor/routes.ts';
import type { Route, SocketRoute } from '../dialects/http.ts';
import { jobsRoutes } from '../dialects/jobs/routes.ts';

/** How logs look on HTTP here: the paths of every dialect. */
export const dialectRoutes: readonly Route[] = [...executorRoutes, ...cronjobRoutes, ...jobsRoutes()];

/** Those that are WebSockets. */
export const dialectSockets: readonly SocketRoute[] = cronjobSockets;
