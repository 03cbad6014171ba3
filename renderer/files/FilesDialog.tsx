import { FilePen, Folder, FolderUp, Image, LoaderCircle } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Failure, FileEntry, Response } from '../../preload/contract';
import { useFormat } from '../i18n/format';
import { useActions } from '../state/context';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { Icon } from '../ui/Icon';
import { PhotoInput } from './FileInput';

const ICONS = { folder: Folder, photo: Image, edit: FilePen };

type Listing = Response<'files.list'>;

/** Chooses photos where the host has no dialog of its own: from the folder it was started in, or by upload. */
export function FilesDialog({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { call, openFiles } = useActions();
  const [listing, setListing] = useState<Listing | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const input = useRef<HTMLInputElement>(null);

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
    else openFiles([entry]);
  };

  return (
    <Dialog
      title={t('files.title')}
      onClose={onClose}
      width={560}
      testId="files-dialog"
      footer={
        <>
          <PhotoInput ref={input} />
          <Button onClick={() => input.current?.click()} data-testid="upload">
            {t('files.upload')}
          </Button>
          <Button look="quiet" onClick={onClose}>
            {t('common.cancel')}
          </Button>
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
                className="px-1.5"
              >
                <Icon of={FolderUp} />
              </Button>
              <span className="truncate text-secondary" title={listing.name}>
                {listing.name}
              </span>
            </>
          )}
        </div>
        {failure !== null && <p className="text-danger">{`${t('files.listFailed')} ${t(`errors.${failure.code}`)}`}</p>}
        {listing === null && failure === null && (
          <p className="flex items-center gap-2 text-secondary">
            <Icon of={LoaderCircle} className="animate-spin" />
            {t('files.loading')}
          </p>
        )}
        {listing !== null && listing.entries.length === 0 && <p className="text-secondary">{t('files.none')}</p>}
        <ul className="-mx-2 min-h-0 grow overflow-y-auto">
          {listing?.entries.map((entry) => (
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
