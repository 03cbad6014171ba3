import { FilePen, Folder, FolderUp, Image, LoaderCircle, Waypoints } from 'lucide-react';
import { type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FileEntry } from '../../contract/app';
import type { Response } from '../../contract/calls';
import type { Failure } from '../../contract/errors';
import { useActions, useSession } from '../state/context';
import type { FolderRole } from '../state/view';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Icon } from '../ui/Icon';
import { useFormat } from '../useFormat';
import { useSentences } from '../useSentences';
import { PhotoInput } from './FileInput';

const ICONS = { folder: Folder, photo: Image, edit: FilePen, model: Waypoints, weights: Waypoints };

type Listing = Response<'files.list'>;

interface FilesDialogProps {
  title: string;
  onClose(): void;
  /** A photo or an edit file was chosen. */
  onFile?(file: FileEntry): void;
  /** Where it is given, a folder is chosen instead of a file. */
  onFolder?(folder: Pick<FileEntry, 'token' | 'name'>): void;
  /** More buttons at the bottom. */
  further?: ReactNode;
}

/** Chooses photos where the host has no dialog of its own: from the folder it was started in, or by upload. */
export function PhotosDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const { openFiles } = useActions();
  const input = useRef<HTMLInputElement>(null);
  return (
    <FilesDialog
      title={t('files.title')}
      onClose={onClose}
      onFile={(file) => openFiles([file])}
      further={
        <>
          <PhotoInput ref={input} />
          <Button onClick={() => input.current?.click()} data-testid="upload">
            {t('files.upload')}
          </Button>
        </>
      }
    />
  );
}

/** Chooses a folder of a batch, or one for training pairs, where the host has no dialog of its own. */
export function FolderDialog({ role, onClose }: { role: FolderRole; onClose(): void }) {
  const { t } = useTranslation();
  const { batch, pairs, view } = useActions();
  const { stores } = useSession();
  // The dialog of the export is the one that asked.
  const close = role === 'export' ? () => view.show('export') : onClose;
  return (
    <FilesDialog
      title={t(`files.titles.${role}`)}
      onClose={close}
      onFolder={(folder) => {
        close();
        if (role === 'export') stores.many.setState({ folder: { token: folder.token, name: folder.name } });
        else if (role === 'input' || role === 'output') batch.choose(role, folder);
        else pairs.choose(role, folder);
      }}
    />
  );
}

/** The folder that the browser host was started in, and those inside it. */
function FilesDialog({ title, onClose, onFile, onFolder, further }: FilesDialogProps) {
  const { t } = useTranslation();
  const say = useSentences();
  const format = useFormat();
  const { call } = useActions();
  const [listing, setListing] = useState<Listing | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);

  const list = useCallback(
    async (folder: string | null) => {
      const result = await call('files.list', { folder });
      if (result.ok) setListing(result.value);
      setFailure(result.ok ? null : result.error);
    },
    [call],
  );
  useEffect(() => void list(null), [list]);

  const choose = (entry: FileEntry) => {
    if (entry.kind === 'folder') void list(entry.token);
    else onFile?.(entry);
  };
  const entries = listing?.entries.filter(({ kind }) => kind === 'folder' || onFolder === undefined);
  const photos = listing?.entries.filter(({ kind }) => kind === 'photo').length ?? 0;

  return (
    <Dialog
      title={title}
      onClose={onClose}
      width={560}
      testId="files-dialog"
      footer={
        <>
          {further}
          <Button look="quiet" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          {onFolder !== undefined && (
            <Button
              look="primary"
              data-testid="choose-folder"
              disabled={listing === null}
              onClick={() => listing !== null && onFolder(listing)}
            >
              {t('files.choose')}
            </Button>
          )}
        </>
      }
    >
      <div className="flex h-80 flex-col">
        <div className="mb-2 flex h-7 items-center gap-2">
          {listing !== null && (
            <>
              <Button
                disabled={listing.parent === null}
                onClick={() => void list(listing.parent)}
                aria-label={t('files.up')}
              >
                <Icon of={FolderUp} />
              </Button>
              <span className="truncate text-secondary" title={listing.name}>
                {listing.name}
              </span>
              {onFolder !== undefined && (
                <span className="ml-auto shrink-0 text-xs text-secondary">{t('files.photos', { count: photos })}</span>
              )}
            </>
          )}
        </div>
        {failure !== null && <p className="text-danger">{`${t('files.listFailed')} ${say.failure(failure)}`}</p>}
        {listing === null && failure === null && (
          <p className="flex items-center gap-2 text-secondary">
            <Icon of={LoaderCircle} className="animate-spin" />
            {t('files.loading')}
          </p>
        )}
        {entries?.length === 0 && (
          <p className="text-secondary">{t(onFolder === undefined ? 'files.none' : 'files.noFolders')}</p>
        )}
        <ul className="-mx-2 min-h-0 grow overflow-y-auto">
          {entries?.map((entry) => (
            <li key={entry.token}>
              <button
                type="button"
                onClick={() => choose(entry)}
                className="flex h-8 w-full items-center gap-2 rounded-md px-2 text-left outline-offset-[-2px] hover:bg-raised"
              >
                <Icon of={ICONS[entry.kind]} className="shrink-0 text-secondary" />
                <span className="min-w-0 grow truncate" title={entry.name}>
                  {entry.name}
                </span>
                <span className="shrink-0 text-xs text-secondary">
                  {entry.kind === 'folder' ? t('files.folder') : format.bytes(entry.bytes)}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
