import { compile, type TopLevelSpec } from 'vega-lite';

/** What Vega-Lite warns of when it compiles a chart. */
export function chartWarnings(spec: TopLevelSpec): unknown[] {
  const warnings: unknown[] = [];
  const collect = (...messages: readonly unknown[]) => {
    warnings.push(...messages);
    return logger;
  };
  const logger = {
    level: () => logger,
    error: collect,
    warn: collect,
    info: () => logger,
    debug: () => logger,
  };
  compile(spec, { logger: logger as never });
  return warnings;
}
