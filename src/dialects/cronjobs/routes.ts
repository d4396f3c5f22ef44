import type { Route } from '../http.ts';
import { jobRoutes } from './jobRoutes.ts';
import { cronjobLogRoutes } from './logRoutes.ts';
import { cronjobRunRoutes } from './runRoutes.ts';

/** Document 001's API: docs/http-api.md. */
export const cronjobRoutes: readonly Route[] = [...jobRoutes, ...cronjobLogRoutes, ...cronjobRunRoutes];
