import { Crop, Menu as MenuIcon, Minus, PanelRight, Plus, Redo2, RotateCw, Undo2 } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import type { Photo } from '../../contract/photo';
import { shorten } from '../../text/format';
import { commandOf, isReady, perform } from '../commands';
import { useActions, useActivePhoto, useCrop, useSession, useView } from '../state/context';
import { cropSize, pageViewKey } from '../state/crop';
import { canRedo, canUndo, type OpenPhoto } from '../state/model';
import { orientationOf, percentOf } from '../state/view';
import { Button, IconButton } from '../ui/Button';
import { Icon } from '../ui/Icon';
import { keyOf } from '../ui/keys';
import { Menu, MenuItem, MenuLine } from '../ui/Menu';
import { useFormat } from '../useFormat';
import { displayedSize } from './geometry';
import { ModeChoice } from './ModeChoice';
import { sizesOf } from './resultSize';

const NAME_LENGTH = 28;

/** The size of the photo as it lies, and of its result where that differs. */
function Sizes({ entry, photo }: { entry: OpenPhoto; photo: Photo }) {
  const { t } = useTranslation();
  const orientation = useView((state) => orientationOf(state, entry.key));
  const cropping = useCropping(entry);
  const sizes = cropping
    ? { photo: displayedSize(cropping.page, orientation), result: displayedSize(cropSize(cropping), orientation) }
    : sizesOf(photo, { recipe: entry.recipe, crop: entry.edit?.crop ?? null, orientation });
  const { width, height } = sizes.photo;
  const isSame = width === sizes.result.width && height === sizes.result.height;
  const before = t('top.size', { width, height });
  const text = isSame ? before : t('top.becomes', { before, after: t('top.size', { ...sizes.result }) });
  return (
    <span data-testid="photo-size" title={text} className="truncate text-xs leading-4 text-secondary">
      {text}
    </span>
  );
}

/** The crop tool, while it is at work on a photo. */
const useCropping = ({ key }: OpenPhoto) => useCrop(({ cropping }) => (cropping?.key === key ? cropping : null));

/** Undo and redo, of the photo or of the tool that crops it. */
function HistoryButtons({ entry }: { entry: OpenPhoto }) {
  const { t } = useTranslation();
  const actions = useActions();
  const cropping = useCropping(entry);
  const [isBehind, isAhead] = cropping
    ? [cropping.past.length > 0, cropping.future.length > 0]
    : [canUndo(entry), canRedo(entry)];
  return (
    <>
      <IconButton
        label={t('top.undo')}
        shortcut={keyOf('undo')}
        disabled={!isBehind}
        onClick={() => actions.undo(entry.key)}
      >
        <Icon of={Undo2} />
      </IconButton>
      <IconButton
        label={t('top.redo')}
        shortcut={keyOf('redo')}
        disabled={!isAhead}
        onClick={() => actions.redo(entry.key)}
      >
        <Icon of={Redo2} />
      </IconButton>
    </>
  );
}

/** Photo, comparison, zoom, history and export. */
export function TopBar() {
  const { t } = useTranslation();
  const actions = useActions();
  const entry = useActivePhoto();
  const session = useSession();
  const panelOpen = useView((state) => state.panelOpen);
  const isCropping = useCrop(({ cropping }) => cropping !== null);
  return (
    <header className="grid h-11 shrink-0 grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)] items-center gap-3 border-b border-line bg-panel px-2">
      <div className="flex min-w-0 items-center gap-2">
        <MainMenu entry={entry} />
        <div className="flex min-w-0 flex-col" title={entry?.name}>
          <h1 data-testid="photo-name" className="truncate leading-4 font-medium">
            {entry === null ? 'Emulsion' : shorten(entry.name, NAME_LENGTH)}
          </h1>
          {entry?.photo != null && <Sizes entry={entry} photo={entry.photo} />}
        </div>
      </div>
      {entry?.photo != null && !isCropping ? <Comparison entry={entry} /> : <span />}
      <div className="flex items-center justify-end gap-1">
        {entry?.photo != null && <Zoom entry={entry} photo={entry.photo} />}
        {entry !== null && (
          <>
            <IconButton
              label={t('commands.crop')}
              shortcut={keyOf('crop')}
              data-testid="crop"
              aria-pressed={isCropping}
              disabled={!isReady(commandOf('crop'), session) || entry.phase !== 'ready' || entry.edit === null}
              onClick={() => perform(commandOf('crop'), session)}
              className="aria-pressed:text-accent"
            >
              <Icon of={Crop} />
            </IconButton>
            <IconButton
              label={t('commands.turnRight')}
              shortcut={keyOf('turnRight')}
              disabled={entry.photo === null}
              onClick={() => actions.turnAll('right')}
              className="max-xl:hidden"
            >
              <Icon of={RotateCw} />
            </IconButton>
            <HistoryButtons entry={entry} />
            <IconButton
              label={t('top.panel')}
              shortcut={keyOf('panel')}
              aria-pressed={panelOpen}
              onClick={actions.view.togglePanel}
            >
              <Icon of={PanelRight} />
            </IconButton>
            {entry.editor === null ? (
              <Button
                look="primary"
                data-testid="export"
                className="ml-2"
                disabled={entry.photo === null || entry.recipe === null}
                onClick={() => actions.view.show('export')}
              >
                {t('top.export')}
              </Button>
            ) : (
              <Button
                look="primary"
                data-testid="finish"
                className="ml-2"
                title={t(entry.editor.inPlace ? 'editor.replaces' : 'editor.writesNew')}
                disabled={entry.photo === null || entry.recipe === null}
                onClick={() => actions.finish(entry.key)}
              >
                {t('editor.save')}
              </Button>
            )}
          </>
        )}
      </div>
    </header>
  );
}

function MainMenu({ entry }: { entry: OpenPhoto | null }) {
  const { t } = useTranslation();
  const session = useSession();
  const actions = useActions();
  return (
    <Menu
      trigger={
        <DropdownMenu.Trigger asChild>
          <button
            type="button"
            aria-label={t('top.menu')}
            data-testid="menu"
            className="inline-flex size-7 shrink-0 items-center justify-center rounded-md hover:bg-raised data-[state=open]:bg-raised"
          >
            <Icon of={MenuIcon} />
          </button>
        </DropdownMenu.Trigger>
      }
    >
      <MenuItem shortcut={keyOf('open')} onSelect={() => void actions.pickPhotos()}>
        {t('top.open')}
      </MenuItem>
      <MenuItem
        shortcut={keyOf('saveEdit')}
        disabled={entry?.log == null}
        onSelect={() => perform(commandOf('saveEdit'), session)}
      >
        {t('top.saveEdit')}
      </MenuItem>
      <MenuItem
        shortcut={keyOf('export')}
        disabled={!isReady(commandOf('export'), session) || entry?.recipe == null}
        onSelect={() => perform(commandOf('export'), session)}
      >
        {t('top.exportItem')}
      </MenuItem>
      <MenuItem disabled={entry === null} onSelect={() => actions.closeAll()}>
        {t('top.closePhoto')}
      </MenuItem>
      <MenuLine />
      {(['crop', 'turnRight', 'turnLeft', 'mirror', 'flip'] as const).map((id) => (
        <MenuItem
          key={id}
          shortcut={keyOf(id)}
          disabled={entry?.photo == null}
          onSelect={() => perform(commandOf(id), session)}
        >
          {t(`commands.${id}`)}
        </MenuItem>
      ))}
      <MenuItem
        disabled={!isReady(commandOf('startOver'), session) || entry === null || !canUndo(entry)}
        onSelect={() => perform(commandOf('startOver'), session)}
      >
        {t('commands.startOver')}
      </MenuItem>
      <MenuLine />
      <MenuItem
        shortcut={keyOf('reviewPlaces')}
        disabled={!isReady(commandOf('reviewPlaces'), session)}
        onSelect={() => perform(commandOf('reviewPlaces'), session)}
      >
        {t('commands.reviewPlaces')}
      </MenuItem>
      <MenuLine />
      <MenuItem
        shortcut={keyOf('lightTable')}
        disabled={entry === null}
        onSelect={() => perform(commandOf('lightTable'), session)}
      >
        {t('commands.lightTable')}
      </MenuItem>
      <MenuItem shortcut={keyOf('batch')} onSelect={() => actions.view.goTo('batch')}>
        {t('top.batch')}
      </MenuItem>
      <MenuItem onSelect={() => actions.view.goTo('pairs')}>{t('commands.pairs')}</MenuItem>
      <MenuItem onSelect={() => actions.view.goTo('generators')}>{t('top.generators')}</MenuItem>
      <MenuItem shortcut={keyOf('palette')} onSelect={() => actions.view.show('palette')}>
        {t('palette.title')}
      </MenuItem>
      <MenuItem shortcut={keyOf('settings')} onSelect={() => actions.view.show('settings')}>
        {t('top.settings')}
      </MenuItem>
      <MenuItem shortcut={keyOf('help')} onSelect={() => actions.view.goTo('help')}>
        {t('commands.help')}
      </MenuItem>
      <MenuItem shortcut={keyOf('keys')} onSelect={() => actions.view.show('keys')}>
        {t('top.keys')}
      </MenuItem>
      <MenuItem onSelect={() => actions.view.show('tour')}>{t('commands.tour')}</MenuItem>
    </Menu>
  );
}

function Comparison({ entry }: { entry: OpenPhoto }) {
  const ready = entry.rendering !== null;
  return (
    <ModeChoice
      isReady={(each) =>
        each === 'original' || (each === 'variants' ? entry.recipe !== null && entry.analysis !== null : ready)
      }
    />
  );
}

const PERCENTAGES = [25, 50, 100, 200, 400, 800, 1600];

function Zoom({ entry, photo }: { entry: OpenPhoto; photo: Photo }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { view: actions } = useActions();
  const cropping = useCropping(entry);
  const { key, size } = cropping
    ? { key: pageViewKey(entry.key), size: cropping.page }
    : { key: entry.key, size: photo };
  const percent = format.number(
    useView((state) => percentOf(state, key, size)),
    0,
  );
  return (
    <div className="mr-1 flex items-center">
      <IconButton label={t('zoom.out')} shortcut={keyOf('zoomOut')} onClick={() => actions.zoomStep(key, size, -1)}>
        <Icon of={Minus} />
      </IconButton>
      <Menu
        trigger={
          <DropdownMenu.Trigger asChild>
            <button
              type="button"
              aria-label={`${t('zoom.label')}: ${t('zoom.value', { percent })}`}
              data-testid="zoom"
              className="h-7 w-14 rounded-md text-center hover:bg-raised data-[state=open]:bg-raised"
            >
              {t('zoom.value', { percent })}
            </button>
          </DropdownMenu.Trigger>
        }
      >
        <MenuItem shortcut={keyOf('zoomFit')} onSelect={() => actions.zoomFit(key)}>
          {t('zoom.fit')}
        </MenuItem>
        <MenuLine />
        {PERCENTAGES.map((value) => (
          <MenuItem
            key={value}
            shortcut={value === 100 ? keyOf('zoomActual') : value === 200 ? keyOf('zoomDouble') : undefined}
            onSelect={() => actions.zoomTo(key, size, value)}
          >
            {t('zoom.value', { percent: value })}
          </MenuItem>
        ))}
      </Menu>
      <IconButton label={t('zoom.in')} shortcut={keyOf('zoomIn')} onClick={() => actions.zoomStep(key, size, 1)}>
        <Icon of={Plus} />
      </IconButton>
    </div>
  );
}
