// The scripts of a report: Vega's runtime, and what makes charts, tables and map answer.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { flopsBand } from './client/flops-band.ts';
import { liveCharts } from './client/live-charts.ts';
import { liveTables } from './client/live-tables.ts';
import { sectionMap } from './client/section-map.ts';
import { unpacking } from './client/unpack.ts';

/** A file of a package, beside the module that an import of it gives. */
function packageFile(name: string, file: string): string {
  return readFileSync(fileURLToPath(new URL(file, import.meta.resolve(name))), 'utf8');
}

/** Vega's runtime: one global, `vega`. */
const vegaRuntime = () => packageFile('vega', 'vega.min.js');

const IMPORT = /^import (\{[^}]*\}) from 'vega-util';/;
const EXPORT = /^export \{ expression as expressionInterpreter \};\n\/\/# sourceMappingURL.*$/m;

/** Vega's interpreter of expressions, which needs no `eval`: a module made a script that adds it to `vega`. */
function interpreter(): string {
  const module = packageFile('vega-interpreter', 'vega-interpreter.js').trimEnd();
  if (!IMPORT.test(module) || !EXPORT.test(module)) {
    throw new Error('vega-interpreter is built otherwise than reports/page-scripts.ts knows it');
  }
  const script = module
    .replace(IMPORT, 'const $1 = vega;')
    .replace(EXPORT, 'vega.expressionInterpreter = expression;');
  return `(() => {${script}})();`;
}

/** A function of `client/` as a script that calls it. */
const called = (script: () => void) => `(${script.toString()})();`;

/** A script's text as it may stand in a page: its end must not be taken for the element's. */
const inElement = (text: string) => text.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');

/** The texts of a page's scripts, in their order. */
export interface PageScripts {
  /** Of elements that run. */
  readonly own: readonly string[];
  /** Of those that `own` runs when it needs them. */
  readonly runtime: readonly string[];
}

/** @param charts whether there is any chart to draw: Vega is most of a small report */
export function pageScripts({ charts }: { readonly charts: boolean }): PageScripts {
  const own = [liveTables, sectionMap, ...(charts ? [unpacking, liveCharts, flopsBand] : [])];
  return {
    own: own.map(called).map(inElement),
    runtime: charts ? [vegaRuntime(), interpreter()] : [],
  };
}

/** A script's source expression of a Content-Security-Policy. */
export function scriptHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;
}
