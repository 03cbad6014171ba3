import '../preload/csp';
import './styles.css';
import { createRoot } from 'react-dom/client';
import { I18nextProvider, initReactI18next } from 'react-i18next';
import type { Bridge } from '../contract/calls';
import { connectSocket } from '../preload/socket';
import { createTranslations, languageFor } from '../text';
import { App } from './App';
import { copyPicture } from './darkroom/copyPicture';
import { tellDropped } from './darkroom/loadPicture';
import { printPicture } from './export/printPicture';
import { obeyMenu } from './shortcuts';
import { createActions } from './state/actions';
import { createStores } from './state/stores';
import { CrashBoundary } from './status/Crash';

declare global {
  interface Window {
    /** Set by the preload script in Electron. */
    emulsion?: Bridge;
  }
}

const stores = createStores();
const { emulsion } = window;
if (emulsion !== undefined) tellDropped((ask) => void emulsion.call('photos.dropPicture', { ask }));
const actions = createActions(emulsion ?? connectSocket(), stores, {
  newId: () => crypto.randomUUID(),
  download(url, name) {
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
  },
  copyPicture,
  printPicture,
  openPage(url) {
    const link = document.createElement('a');
    link.href = url;
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
    link.click();
  },
});

// The settings come first, so that the window is never drawn in the wrong theme or language.
const session = { stores, actions };
await actions.start((id) => obeyMenu(id, session));
const language = languageFor(stores.app.getState().settings.language, navigator.languages);

createRoot(document.getElementById('root')!).render(
  <I18nextProvider i18n={createTranslations(language, initReactI18next)}>
    <CrashBoundary>
      <App session={session} />
    </CrashBoundary>
  </I18nextProvider>,
);
