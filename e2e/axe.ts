import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from '@playwright/test';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/**
 * What axe finds fault with in the page as it is, one line for each rule.
 *
 * @param rules the only ones to look at, by their ids; all of them if left out
 */
export async function findings(page: Page, rules?: readonly string[]): Promise<string[]> {
  // The page's policy forbids inline scripts, so axe is evaluated from outside, once for each document.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(await readFile(AXE, 'utf8'));
  return page.evaluate(async (values) => {
    // A colour half way between two themes has a contrast that nobody gets to see.
    const moving = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(moving.map(({ finished }) => finished));
    const { axe } = window as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { target: string[] }[] }[] }> };
    };
    const { violations } = await axe.run(values === undefined ? {} : { runOnly: { type: 'rule', values } });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
  }, rules);
}
