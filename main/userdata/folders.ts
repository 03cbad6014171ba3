import { join } from 'node:path';
import { examplesIn } from './examples';

/** The folders of a person's own that an engine reads: added generators, pictures whose style is copied, what is known of providers. */
export const ownFolders = (userData: string) => ({
  imported: join(userData, 'models'),
  examples: examplesIn(userData),
  providers: join(userData, 'providers'),
});
