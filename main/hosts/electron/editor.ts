import { app } from 'electron';
import { z } from 'zod';
import { say, type Translator } from '../../../text/message';
import type { EditorTasks } from '../../app';
import { type Asked, editAsked } from '../../editor/asked';
import { editFile, recipeNamed } from '../../editor/headless';
import { awaitTicket, isTicket, redeemTicket, takeTicket } from '../../editor/ticket';
import type { EngineOptions, LaunchEngine } from '../../engine/protocol';
import { createEngine } from '../../engine/supervisor';
import { EmulsionError, toFailure } from '../../errors';
import { logged } from '../../log/log';
import type { Recipes } from '../../userdata/recipes';

/*
 * Emulsion as the external editor of another program, which hands over a photo and waits until the program that it has started ends.
 */

/** What a second start hands to the first one. SECURITY: any program of the user can send it. */
export const HandedEdit = z.object({
  path: z.string(),
  inPlace: z.boolean(),
  out: z.string().nullable(),
  ticket: z.string().refine((path) => isTicket(path, app.getPath('userData'))),
});
type HandedEdit = z.infer<typeof HandedEdit>;

/** The photos that others wait for. `onEmpty`: none of them is left, in a program that was started for one. */
export function editorTasks(onEmpty: () => void) {
  const tasks = new Map<string, { inPlace: boolean; out: string | null; ticket: string | null }>();
  let isOnlyTask = false;
  const redeem = (ticket: string | null) =>
    ticket === null ? undefined : redeemTicket(ticket).catch(logged('A waiting program could not be told'));
  const own: EditorTasks = {
    get isOnlyTask() {
      return isOnlyTask;
    },
    of: (path) => tasks.get(path) ?? null,
    done(path) {
      const task = tasks.get(path);
      if (task === undefined) return;
      tasks.delete(path);
      void redeem(task.ticket);
      if (isOnlyTask && tasks.size === 0) onEmpty();
    },
  };
  return {
    ...own,
    get isOnlyTask() {
      return isOnlyTask;
    },
    /** This program was started for a photo. */
    begin({ path, inPlace, out }: Asked): void {
      isOnlyTask = true;
      tasks.set(path, { inPlace, out, ticket: null });
    },
    /** A second start waits for a photo. */
    async take({ path, inPlace, out, ticket }: HandedEdit): Promise<void> {
      await takeTicket(ticket);
      // Who waited for it before is done.
      await redeem(tasks.get(path)?.ticket ?? null);
      tasks.set(path, { inPlace, out, ticket });
    },
    /** The program ends: nobody waits any longer. */
    async end(): Promise<void> {
      await Promise.all([...tasks.values()].map(({ ticket }) => redeem(ticket)));
      tasks.clear();
    },
  };
}

/** The task of this start; null: none. If it cannot be read, says how it is asked, and ends the program. */
export function taskOf(args: readonly string[], translator: Translator): Asked | null | 'refused' {
  try {
    return editAsked(args, process.cwd());
  } catch (error) {
    tell(error, translator);
    app.exit(2);
    return 'refused';
  }
}

/** Waits for the program that runs already, and ends. */
export async function waitForFirst(ticket: string, translator: Translator): Promise<void> {
  if (await awaitTicket(ticket)) app.exit(0);
  else {
    tell(new EmulsionError('BAD_REQUEST', { reason: say('editor.notTaken') }), translator);
    app.exit(1);
  }
}

/** Restores the photo by a recipe, without a window, and ends. */
export async function editWithout(
  asked: Asked & { recipe: string },
  {
    launch,
    options,
    recipes,
    userData,
  }: { launch: LaunchEngine; options: EngineOptions; recipes: Recipes; userData: string },
  translator: Translator,
): Promise<void> {
  const engine = createEngine({ launch, options, onStatus: () => {} });
  try {
    const recipe = await recipeNamed(asked.recipe, recipes);
    const { path } = await editFile(engine, asked, { recipe, userData });
    process.stdout.write(`${path}\n`);
    await engine.close();
    app.exit(0);
  } catch (error) {
    tell(error, translator);
    await engine.close();
    app.exit(1);
  }
}

function tell(error: unknown, translator: Translator): void {
  process.stderr.write(`emulsion: ${translator.failure(toFailure(error))}\n`);
}
