// What `--version` says: of this package first, then of the packages that engines run on, none of which is loaded.
import { installedVersion } from '../profiler/engines/installed-version.ts';
import { ENGINES } from '../profiler/engines/registry.ts';
import { packageVersion } from '../records/package-version.ts';

/** What `--version --json` prints. */
export interface Versions {
  readonly morphline: string;
  readonly node: string;
  readonly platform: string;
  /** By engine, the packages that are installed with their versions. */
  readonly engines: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export function versions(): Versions {
  const installed = (packages: readonly string[]) =>
    Object.fromEntries(
      packages.flatMap((name) => {
        const version = installedVersion(name);
        return version === undefined ? [] : [[name, version]];
      }),
    );
  return {
    morphline: packageVersion(),
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    engines: Object.fromEntries(ENGINES.map(({ name, packages }) => [name, installed(packages)])),
  };
}

/** The version alone on the first line, for scripts. */
function inLines({ morphline, node, platform, engines }: Versions): string {
  const width = Math.max(...Object.keys(engines).map(({ length }) => length));
  const lines = Object.entries(engines).map(([name, packages]) => {
    const found = Object.entries(packages).map((each) => each.join(' '));
    return `${name.padEnd(width)}  ${found.length === 0 ? 'not installed' : found.join(', ')}`;
  });
  return [morphline, `Node ${node}, ${platform}`, ...lines].join('\n');
}

export function versionText(json: boolean): string {
  return json ? JSON.stringify(versions(), null, 2) : inLines(versions());
}
