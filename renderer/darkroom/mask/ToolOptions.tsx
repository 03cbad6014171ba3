import { Check, Crosshair, Download, SquareDashed, Upload } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { MAX_SPREAD } from '../../../contract/edit';
import type { Photo } from '../../../contract/photo';
import { shorten } from '../../../text/format';
import { FileInput } from '../../files/FileInput';
import { MASK_COLOUR_NAMES, MASK_COLOURS } from '../../settings/maskColours';
import { useActions, useApp, usePhotos, useTools } from '../../state/context';
import type { OpenPhoto } from '../../state/model';
import { FILLS, isFromSource, type Tool } from '../../state/tools';
import { Button } from '../../ui/Button';
import { Icon } from '../../ui/Icon';
import { keyOf } from '../../ui/keys';
import { Menu, MenuItem, MenuLine } from '../../ui/Menu';
import { Popover } from '../../ui/Popover';
import { Segmented } from '../../ui/Segmented';
import { Select } from '../../ui/Select';
import { Slider } from '../../ui/Slider';
import { Tooltip } from '../../ui/Tooltip';
import { BrushSize } from '../BrushSize';

const NAME_LENGTH = 36;

/** What resetting a mask is called, by whose it is. */
const RESETS = { repair: 'mask.reset', style: 'styles.everywhere', keep: 'keep.nothing' } as const;

/** Whether generators are installed that fill places. */
const canFill = ({ analysis }: OpenPhoto): boolean =>
  analysis?.needs.find(({ kind }) => kind === 'repair')?.available === true;

/** The options of the active tool, in a row above the photo. Only shown while a mask is edited. */
export function ToolOptions({ entry, photo }: { entry: OpenPhoto; photo: Photo }) {
  const tool = useTools((state) => state.tool);
  return tool === null ? null : <Options entry={entry} photo={photo} tool={tool} />;
}

function Options({ entry, photo, tool }: { entry: OpenPhoto; photo: Photo; tool: Tool }) {
  const { t } = useTranslation();
  const actions = useActions();
  const { size, hardness, atOnce, areaMode, quickMask } = useTools((state) => state);
  const isBrush = tool === 'brush' || tool === 'eraser';
  const isOutline = tool === 'lasso' || tool === 'polygon' || tool === 'rectangle';
  const hint = !atOnce || tool === 'hand' || tool === 'eye' ? tool : tool === 'eraser' ? 'eraseRepairs' : 'atOnce';
  return (
    <section
      aria-label={t('mask.options')}
      data-testid="mask-options"
      className="flex min-h-11 shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line bg-panel px-2 py-0.5"
    >
      {isBrush && (
        <>
          <BrushSize
            photo={photo}
            value={size}
            initial={40}
            testId="brush-size"
            onChange={(next) => actions.tools.set({ size: next })}
          />
          <div className="w-34 xl:w-40">
            <Slider
              label={t('mask.hardness')}
              value={hardness}
              min={0}
              max={1}
              step={0.01}
              initial={0.8}
              factor={100}
              unit={t('controls.percent')}
              testId="brush-hardness"
              compact
              onChange={(next) => actions.tools.set({ hardness: next })}
            />
          </div>
        </>
      )}
      {atOnce && tool !== 'eraser' && tool !== 'eye' && tool !== 'hand' && <FillChoice entry={entry} />}
      {tool === 'eye' && (
        <Button data-testid="eyes-all" onClick={() => actions.correctEyes(entry.key, null)}>
          {t('mask.allEyes')}
        </Button>
      )}
      {isOutline && !atOnce && (
        <Segmented
          label={t('mask.areaMode')}
          value={areaMode}
          options={(['add', 'subtract'] as const).map((value) => ({ value, label: t(`mask.${value}`) }))}
          onChange={(next) => actions.tools.set({ areaMode: next })}
        />
      )}
      {/* It is always as high, so that the photo stays where it is. */}
      <p
        className={`min-w-0 grow basis-0 truncate text-xs text-secondary ${isBrush || (isOutline && atOnce) ? 'max-xl:hidden' : ''}`}
      >
        {t(`mask.hint.${hint}`)}
      </p>
      {!atOnce && (
        <>
          <Change entry={entry} />
          <Files entry={entry} photo={photo} />
          <Look />
          <Tooltip text={t('mask.quick')} shortcut={keyOf('quickMask')}>
            <button
              type="button"
              aria-label={t('mask.quick')}
              aria-pressed={quickMask}
              data-testid="quick-mask"
              onClick={actions.tools.toggleQuickMask}
              className="inline-flex size-7 shrink-0 items-center justify-center rounded-md hover:bg-raised aria-pressed:text-accent"
            >
              <Icon of={SquareDashed} />
            </button>
          </Tooltip>
        </>
      )}
      <Button data-testid="mask-done" className="ml-auto" onClick={() => actions.tools.take(null)}>
        <Icon of={Check} />
        {t('mask.done')}
      </Button>
    </section>
  );
}

/** What a place that is repaired by hand is filled with, and from where. */
function FillChoice({ entry }: { entry: OpenPhoto }) {
  const { t } = useTranslation();
  const actions = useActions().tools;
  const { fill, settingSource } = useTools((state) => state);
  const hasGenerator = canFill(entry);
  const options = FILLS.map((value) => ({
    value,
    label: t(`mask.fills.${value}`),
    disabled: !hasGenerator && !isFromSource(value),
  }));
  return (
    <>
      <Select
        label={t('mask.fillWith')}
        value={fill}
        options={options}
        onChange={(next) => actions.set({ fill: next, settingSource: false })}
        testId="fill-with"
        className="w-36 xl:w-44"
      />
      {isFromSource(fill) && (
        <Tooltip text={t('mask.hint.source')}>
          <Button
            data-testid="set-source"
            aria-pressed={settingSource}
            onClick={() => actions.set({ settingSource: !settingSource })}
            className="aria-pressed:text-accent"
          >
            <Icon of={Crosshair} />
            {t('mask.setSource')}
          </Button>
        </Tooltip>
      )}
    </>
  );
}

/** Grow, shrink, feather and the rest. */
function Change({ entry }: { entry: OpenPhoto }) {
  const { t } = useTranslation();
  const actions = useActions();
  const spread = useTools((state) => state.spread);
  const target = useTools((state) => state.target);
  return (
    <Popover label={t('mask.change')} trigger={<Button data-testid="mask-change">{t('mask.change')}</Button>}>
      <Slider
        label={t('mask.distance')}
        value={spread}
        min={1}
        max={MAX_SPREAD}
        step={1}
        initial={4}
        unit={t('controls.pixels')}
        testId="mask-distance"
        onChange={(next) => actions.tools.set({ spread: next })}
      />
      <div className="mt-1 grid grid-cols-3 gap-1">
        {(['grow', 'shrink', 'feather'] as const).map((kind) => (
          <Button
            key={kind}
            data-testid={`mask-${kind}`}
            onClick={() => actions.paint(entry.key, { kind, radius: spread })}
          >
            {t(`mask.${kind}`)}
          </Button>
        ))}
      </div>
      <div className="mt-3 grid grid-cols-2 gap-1 border-t border-line pt-3">
        {(['invert', 'clear'] as const).map((kind) => (
          <Button key={kind} data-testid={`mask-${kind}`} onClick={() => actions.paint(entry.key, { kind })}>
            {t(`mask.${kind}`)}
          </Button>
        ))}
      </div>
      <Button data-testid="mask-reset" className="mt-1 w-full" onClick={() => actions.resetMask(entry.key)}>
        {t(RESETS[target])}
      </Button>
    </Popover>
  );
}

function Files({ entry, photo }: { entry: OpenPhoto; photo: Photo }) {
  const { t } = useTranslation();
  const actions = useActions();
  const input = useRef<HTMLInputElement>(null);
  const photos = usePhotos((state) => state.photos);
  const others = photos.filter(
    (other) =>
      other.key !== entry.key &&
      other.recipe !== null &&
      other.photo?.width === photo.width &&
      other.photo.height === photo.height,
  );
  return (
    <>
      <Menu
        trigger={
          <DropdownMenu.Trigger asChild>
            <Button data-testid="mask-files">{t('mask.files')}</Button>
          </DropdownMenu.Trigger>
        }
      >
        <MenuItem
          onSelect={() => {
            void actions.pickMask(entry.key).then((picked) => {
              if (!picked) input.current?.click();
            });
          }}
        >
          <span className="flex items-center gap-2">
            <Icon of={Upload} />
            {t('mask.import')}
          </span>
        </MenuItem>
        <MenuItem onSelect={() => actions.exportMask(entry.key)}>
          <span className="flex items-center gap-2">
            <Icon of={Download} />
            {t('mask.export')}
          </span>
        </MenuItem>
        {others.length > 0 && <MenuLine />}
        {others.map((other) => (
          <MenuItem key={other.key} onSelect={() => actions.copyMask(entry.key, other.key)}>
            {t('mask.copyFrom', { name: shorten(other.name, NAME_LENGTH) })}
          </MenuItem>
        ))}
      </Menu>
      <FileInput
        ref={input}
        accept="image/png"
        testId="mask-input"
        onFiles={([file]) => actions.takeMask(entry.key, file)}
      />
    </>
  );
}

/** Colour and opacity of the overlay. */
function Look() {
  const { t } = useTranslation();
  const { setSettings } = useActions();
  const colour = useApp((state) => state.settings.maskColour);
  const opacity = useApp((state) => state.settings.maskOpacity);
  return (
    <Popover
      label={t('mask.look')}
      trigger={
        <button
          type="button"
          aria-label={t('mask.look')}
          data-testid="mask-look"
          className="inline-flex size-7 shrink-0 items-center justify-center rounded-md hover:bg-raised"
        >
          <span style={{ background: colour }} className="size-3.5 rounded-full border border-line" />
        </button>
      }
    >
      <div className="flex items-center justify-between">
        <span className="text-xs text-secondary">{t('mask.colour')}</span>
        <span className="flex gap-1">
          {MASK_COLOUR_NAMES.map((name) => (
            <button
              key={name}
              type="button"
              aria-label={t(`settings.maskColours.${name}`)}
              aria-pressed={MASK_COLOURS[name] === colour.toLowerCase()}
              onClick={() => void setSettings({ maskColour: MASK_COLOURS[name] })}
              style={{ background: MASK_COLOURS[name] }}
              className="size-6 rounded-full border-2 border-raised aria-pressed:ring-1 aria-pressed:ring-text"
            />
          ))}
        </span>
      </div>
      <div className="mt-2">
        <Slider
          label={t('mask.opacity')}
          value={opacity}
          min={0.1}
          max={1}
          step={0.01}
          initial={0.6}
          factor={100}
          unit={t('controls.percent')}
          testId="mask-opacity"
          onChange={(next) => void setSettings({ maskOpacity: next })}
        />
      </div>
    </Popover>
  );
}
