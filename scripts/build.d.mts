// Types of build.mjs, which tests import too.
export function isStale(root: string): boolean;
export function build(root: string): boolean;
export function buildIfStale(root: string): void;
