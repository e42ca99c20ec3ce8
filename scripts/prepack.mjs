// Before `npm pack` and `npm publish`: builds dist/ from nothing, so that no file of an earlier build goes along.
// .npmrc ignores scripts of packages, and with them this one: `npm run pack`, or `npm publish --ignore-scripts=false`.
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
rmSync(join(root, 'dist'), { recursive: true, force: true });
if (!build(root)) process.exit(1);
