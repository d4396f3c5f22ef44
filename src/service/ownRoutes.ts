import { json, type Route } from '../dialects/http.ts';
import type { HealthCheck } from './health.ts';
import type { Metrics, ProcessFigures } from './metrics.ts';

/** A route that answers whoever may reach the service, token or not. */
export interface OpenRoute extends Route {
  readonly open: true;
}

/** `GET /healthz`: whether anything can be read; for load balancers and supervisors. */
export function healthRoute(health: HealthCheck, version: string): OpenRoute {
  return {
    method: 'GET',
    path: '/healthz',
    needs: 'read',
    open: true,
    async answer() {
      const { ok, stores } = await health.look();
      return json({ ok, stores, version }, ok ? 200 : 503);
    },
  };
}

/** `GET /metrics`: what the service did, for Prometheus. */
export function metricsRoute(metrics: Metrics, version: string, figures: () => ProcessFigures): Route {
  return {
    method: 'GET',
    path: '/metrics',
    needs: 'read',
    answer: () => ({
      status: 200,
      headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      body: metrics.text(version, figures()),
    }),
  };
}
