// Finds modules that import one another in a circle. In which order such modules run depends on which is imported first.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const FOLDERS = ['bench', 'contract', 'document', 'e2e', 'main', 'preload', 'renderer', 'scripts'];
const ENDS = ['', '.ts', '.tsx', '/index.ts', '/index.tsx'];
const IMPORT = /(?:^|\n)\s*(?:import|export)\s+([^'";]*?)\bfrom\s+'(\.[^']+)'/g;

/**
 * The import circles of a checkout, each as a list of module paths. Type imports do not count, because they are gone when
 * the program runs.
 *
 * @param {string} root
 * @returns {string[][]}
 */
export function findCircles(root) {
  const graph = new Map(
    FOLDERS.flatMap((folder) => sourcesIn(join(root, folder))).map((file) => [file, importsOf(file)]),
  );
  return circlesOf(graph).map((circle) => circle.map((file) => relative(root, file)).sort());
}

/** @param {string} folder @returns {string[]} */
function sourcesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|tsx|mjs)$/.test(name))
    .map((name) => join(folder, name));
}

/** @param {string} file @returns {string[]} Modules of the checkout. */
function importsOf(file) {
  const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '');
  const found = [];
  for (const [, names = '', path = ''] of text.matchAll(IMPORT)) {
    if (isOfTypes(names)) continue;
    const target = ENDS.map((end) => join(dirname(file), path) + end).find(
      (each) => existsSync(each) && statSync(each).isFile(),
    );
    if (target !== undefined) found.push(target);
  }
  return found;
}

/** @param {string} names The text between `import` and `from`. */
function isOfTypes(names) {
  if (/^type\s/.test(names)) return true;
  const list = /^\{([\s\S]*)\}\s*$/.exec(names.trim())?.[1];
  return list?.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type ')) ?? false;
}

/**
 * Groups of nodes that can reach one another (Tarjan 1972).
 *
 * @param {Map<string, string[]>} graph
 * @returns {string[][]}
 */
function circlesOf(graph) {
  const index = new Map();
  const low = new Map();
  const stack = [];
  const circles = [];
  const visit = (node) => {
    index.set(node, index.size);
    low.set(node, index.get(node));
    stack.push(node);
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) {
        visit(next);
        low.set(node, Math.min(low.get(node), low.get(next)));
      } else if (stack.includes(next)) low.set(node, Math.min(low.get(node), index.get(next)));
    }
    if (low.get(node) !== index.get(node)) return;
    const group = stack.splice(stack.indexOf(node));
    if (group.length > 1) circles.push(group);
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return circles;
}
