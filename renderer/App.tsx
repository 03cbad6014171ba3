import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { languageFor } from '../text';
import { BatchPage } from './batch/BatchPage';
import { AgreeDialog } from './batch/results/AgreeDialog';
import { Darkroom } from './darkroom/Darkroom';
import { useToolKeys } from './darkroom/mask/useToolKeys';
import { ExportAllDialog } from './export/ExportAllDialog';
import { ExportDialog } from './export/ExportDialog';
import { PrintDialog } from './export/PrintDialog';
import { FolderDialog, PhotosDialog } from './files/FilesDialog';
import { FindPhotoDialog } from './files/FindPhotoDialog';
import { useFileDrop } from './files/useFileDrop';
import { AddDialog } from './generators/AddDialog';
import { GeneratorsPage } from './generators/GeneratorsPage';
import { HelpPage } from './help/HelpPage';
import { LightTablePage } from './light-table/LightTablePage';
import { CopyDialog } from './many/CopyDialog';
import { PairsPage } from './pairs/PairsPage';
import { KeysDialog } from './settings/KeysDialog';
import { Palette } from './settings/Palette';
import { SettingsDialog } from './settings/SettingsDialog';
import { Tour } from './settings/Tour';
import { useShortcuts } from './shortcuts';
import {
  type Session,
  SessionContext,
  useActions,
  useActivePhoto,
  useApp,
  usePhotos,
  useResults,
  useView,
} from './state/context';
import { selectedPhotos } from './state/selection';
import { FOLDER_ROLES } from './state/view';
import { Announcer } from './status/Announcer';
import { Notices } from './status/Notices';
import { TooltipProvider } from './ui/Tooltip';
import { useInterfaceScale } from './ui/useScale';

export function App({ session }: { session: Session }) {
  return (
    <SessionContext value={session}>
      <TooltipProvider>
        <Window session={session} />
      </TooltipProvider>
    </SessionContext>
  );
}

function Window({ session }: { session: Session }) {
  useTheme();
  useInterfaceScale();
  useLanguage();
  useToolKeys(session);
  useShortcuts(session);
  const { t } = useTranslation();
  const dragging = useFileDrop();
  const page = useView((state) => state.page);
  const dialog = useView((state) => state.dialog);
  const asked = useResults((state) => state.asked);
  const entry = useActivePhoto();
  // The style panel accepts dropped pictures itself, so the drop target must not cover it.
  const takesStyles = useView(({ tab, panelOpen }) => panelOpen && tab === 'style') && entry !== null;
  const folderRole = FOLDER_ROLES.find((role) => dialog === `${role}Folder`);
  const close = () => session.actions.view.show(null);
  return (
    <>
      {page === 'darkroom' && <Darkroom />}
      {page === 'table' && <LightTablePage />}
      {page === 'batch' && <BatchPage />}
      {page === 'pairs' && <PairsPage />}
      {page === 'generators' && <GeneratorsPage />}
      {page === 'help' && <HelpPage />}
      {dialog === 'files' && <PhotosDialog onClose={close} />}
      {folderRole !== undefined && <FolderDialog role={folderRole} onClose={close} />}
      {dialog === 'findPhoto' && <FindPhotoDialog />}
      {dialog === null && <AddDialog />}
      {dialog === 'settings' && <SettingsDialog onClose={close} />}
      {dialog === 'tour' && <Tour onClose={close} />}
      {dialog === 'keys' && <KeysDialog onClose={close} />}
      {dialog === 'palette' && <Palette onClose={close} />}
      {dialog === 'export' && <Export onClose={close} />}
      {dialog === 'print' && <Printing onClose={close} />}
      {dialog === 'copySettings' && <CopyDialog onClose={close} />}
      {asked !== null && <AgreeDialog name={asked.name} />}
      <Notices />
      <Announcer />
      {dragging && (
        <div
          role="status"
          data-testid="drop-target"
          className={`pointer-events-none fixed inset-y-0 left-0 z-40 flex items-center justify-center border-2 border-accent bg-surround/95 ${
            page === 'darkroom' && takesStyles ? 'right-80' : 'right-0'
          }`}
        >
          <p className="text-lg font-medium">{t('empty.drop')}</p>
        </div>
      )}
    </>
  );
}

/** The dialog for the photo that is shown, or for all that are selected. */
function Export({ onClose }: { onClose(): void }) {
  const { exportable } = useActions();
  const entry = useActivePhoto();
  const count = usePhotos((state) => selectedPhotos(state).length);
  if (count > 1) return <ExportAllDialog entries={exportable()} onClose={onClose} />;
  return entry?.photo == null ? null : <ExportDialog entry={entry} photo={entry.photo} onClose={onClose} />;
}

function Printing({ onClose }: { onClose(): void }) {
  const entry = useActivePhoto();
  return entry?.photo == null ? null : <PrintDialog entry={entry} photo={entry.photo} onClose={onClose} />;
}

/** Applies the chosen theme, or that of the system. */
function useTheme(): void {
  const theme = useApp((state) => state.settings.theme);
  useEffect(() => {
    const light = matchMedia('(prefers-color-scheme: light)');
    const apply = () => {
      document.documentElement.dataset.theme = theme === 'system' ? (light.matches ? 'light' : 'dark') : theme;
    };
    apply();
    light.addEventListener('change', apply);
    return () => light.removeEventListener('change', apply);
  }, [theme]);
}

function useLanguage(): void {
  const { i18n } = useTranslation();
  const chosen = useApp((state) => state.settings.language);
  useEffect(() => {
    const language = languageFor(chosen, navigator.languages);
    document.documentElement.lang = language;
    if (i18n.language !== language) void i18n.changeLanguage(language);
  }, [chosen, i18n]);
}
