import { executorRoutes } from '../dialects/executor/routes.ts';
import type { Route } from '../dialects/http.ts';
import { jobsRoutes } from '../dialects/jobs/routes.ts';

/** How logs look on HTTP here: the paths of every dialect. */
export const dialectRoutes: readonly Route[] = [...executorRoutes, ...jobsRoutes()];
