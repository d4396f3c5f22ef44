import type { Route } from '../http.ts';
import { logRoutes } from './logRoutes.ts';
import { recordRoutes } from './recordRoutes.ts';
import { statisticsRoutes } from './statisticsRoutes.ts';
import { streamRoutes } from './streamRoutes.ts';
import { writeRoutes } from './writeRoutes.ts';

/** Document 000's API and what it takes to carry everything a `LogSource` tells: docs/http-api.md. */
export const executorRoutes: readonly Route[] = [
  ...recordRoutes,
  ...logRoutes,
  ...streamRoutes,
  ...writeRoutes,
  ...statisticsRoutes,
];
