import type { FileEntry, OwnStyle } from '../../contract/app';
import type { Recipe, StyleSettings } from '../../contract/recipe';
import type { Jobs } from './jobs';
import type { Notice, OpenPhoto } from './model';
import { type StyleChoice, withMix, withSetting, withStyle } from './recipes';
import type { Stores } from './stores';

interface Dependencies extends Pick<Jobs, 'call' | 'asJob' | 'offer'> {
  find(key: string): OpenPhoto | null;
  tell(notice: Pick<Notice, 'tone' | 'text'> & Partial<Notice>): void;
  setRecipe(key: string, name: 'step' | 'setting', recipe: Recipe, setting?: string): void;
}

/** Choosing a style for a photo, and managing the user's own styles. */
export function createStyleActions(
  { app }: Pick<Stores, 'app'>,
  { find, call, asJob, offer, tell, setRecipe }: Dependencies,
) {
  async function load(): Promise<void> {
    const result = await call('styles.list', {});
    if (result.ok) app.setState({ styles: result.value });
    else tell({ tone: 'error', text: 'stylesFailed', failure: result.error });
  }

  /** Changes the style of a photo and keeps its settings; null removes it. */
  function choose(key: string, choice: StyleChoice | null): void {
    const recipe = find(key)?.recipe;
    if (recipe != null) setRecipe(key, 'step', withStyle(recipe, choice));
  }

  /** Sets a second style and its share; null removes it. */
  function mix(key: string, mixed: StyleSettings['mix'] | null): void {
    const recipe = find(key)?.recipe;
    if (recipe != null) setRecipe(key, 'setting', withMix(recipe, mixed ?? undefined), 'style.mix');
  }

  /** Keeps a picture whose style is copied, and gives it to the photo. */
  async function addExample(key: string, { token, name }: Pick<FileEntry, 'token' | 'name'>): Promise<void> {
    const result = await asJob('style', key, (jobId) => call('styles.example', { token, jobId }));
    const recipe = find(key)?.recipe;
    if (result.ok && recipe != null) setRecipe(key, 'setting', withSetting(recipe, 'style', 'example', result.value));
    if (!result.ok && result.error.code !== 'CANCELLED')
      tell({ tone: 'error', text: 'styleFailed', params: { name }, failure: result.error });
  }

  /** Saves a picture as a style and applies it to the photo. */
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
    /**
     * Asks in the system's dialog for a picture to measure, or whose style is copied as it is (`isExample`). Returns false
     * where the host has none and the page has to ask.
     */
    async pick(key: string, isExample = false): Promise<boolean> {
      if (app.getState().info?.nativeDialogs !== true) return false;
      const result = await call('files.pick', { kind: 'photos' });
      const file = result.ok ? result.value.files.find(({ kind }) => kind === 'photo') : undefined;
      if (file !== undefined) await (isExample ? addExample : add)(key, file);
      return true;
    },
    /** A picture that was dropped or chosen in the page. */
    async take(key: string, file: File, isExample = false): Promise<void> {
      const offered = await offer([file]);
      const entry = offered.ok ? offered.value.find(({ kind }) => kind === 'photo') : undefined;
      if (entry !== undefined) await (isExample ? addExample : add)(key, entry);
      else if (!offered.ok && offered.error.code !== 'CANCELLED')
        tell({ tone: 'error', text: 'styleFailed', params: { name: file.name }, failure: offered.error });
    },
    /** Removes a style. Photos and recipes that use it keep it. */
    async remove({ id, name }: OwnStyle): Promise<void> {
      const result = await call('styles.remove', { id });
      if (!result.ok) tell({ tone: 'error', text: 'styleFailed', params: { name }, failure: result.error });
      await load();
    },
  };
}
