import type { FileEntry, OwnStyle } from '../../contract/app';
import type { Recipe, StyleSettings } from '../../contract/recipe';
import type { Jobs } from './jobs';
import type { Notice, OpenPhoto } from './model';
import { type StyleChoice, withMix, withStyle } from './recipes';
import type { Stores } from './stores';

interface Dependencies extends Pick<Jobs, 'call' | 'asJob' | 'offer'> {
  find(key: string): OpenPhoto | null;
  tell(notice: Pick<Notice, 'tone' | 'text'> & Partial<Notice>): void;
  setRecipe(key: string, name: 'step' | 'setting', recipe: Recipe, setting?: string): void;
}

/** What is done with styles: choosing one for a photo, and keeping one's own. */
export function createStyleActions(
  { app }: Pick<Stores, 'app'>,
  { find, call, asJob, offer, tell, setRecipe }: Dependencies,
) {
  async function load(): Promise<void> {
    const result = await call('styles.list', {});
    if (result.ok) app.setState({ styles: result.value });
    else tell({ tone: 'error', text: 'stylesFailed', failure: result.error });
  }

  /** Paints a photo in a style, as the settings of its step were; null: in none. */
  function choose(key: string, choice: StyleChoice | null): void {
    const recipe = find(key)?.recipe;
    if (recipe != null) setRecipe(key, 'step', withStyle(recipe, choice));
  }

  /** A second style beside that of the photo, and its share; null: none. */
  function mix(key: string, mixed: StyleSettings['mix'] | null): void {
    const recipe = find(key)?.recipe;
    if (recipe != null) setRecipe(key, 'setting', withMix(recipe, mixed ?? undefined), 'style.mix');
  }

  /** Looks at a picture, keeps it as a style, and paints the photo in it. */
  async function add(key: string, { token, name }: Pick<FileEntry, 'token' | 'name'>): Promise<void> {
    const result = await asJob('style', key, (jobId) => call('styles.add', { token, jobId }));
    if (!result.ok) {
      if (result.error.code === 'CANCELLED') return;
      tell({ tone: 'error', text: 'styleFailed', params: { name }, failure: result.error });
      return;
    }
    await load();
    choose(key, { style: result.value.name, code: result.value.code });
  }

  return {
    load,
    choose,
    mix,
    /** Where the host has dialogs: asks for a picture. Answers false where the page has to ask by itself. */
    async pick(key: string): Promise<boolean> {
      if (app.getState().info?.nativeDialogs !== true) return false;
      const result = await call('files.pick', { kind: 'photos' });
      const file = result.ok ? result.value.files.find(({ kind }) => kind === 'photo') : undefined;
      if (file !== undefined) await add(key, file);
      return true;
    },
    /** A picture that was dropped or chosen in the page. */
    async take(key: string, file: File): Promise<void> {
      const offered = await offer([file]);
      const entry = offered.ok ? offered.value.find(({ kind }) => kind === 'photo') : undefined;
      if (entry !== undefined) await add(key, entry);
      else if (!offered.ok && offered.error.code !== 'CANCELLED')
        tell({ tone: 'error', text: 'styleFailed', params: { name: file.name }, failure: offered.error });
    },
    /** Photos and recipes that have it keep it. */
    async remove({ id, name }: OwnStyle): Promise<void> {
      const result = await call('styles.remove', { id });
      if (!result.ok) tell({ tone: 'error', text: 'styleFailed', params: { name }, failure: result.error });
      await load();
    },
  };
}
