import {
  Brush,
  Check,
  Download,
  Eraser,
  Hand,
  Lasso,
  type LucideIcon,
  MousePointerClick,
  Pentagon,
  Square,
  SquareDashed,
  Upload,
  Zap,
} from 'lucide-react';
import { DropdownMenu, Toolbar } from 'radix-ui';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { MAX_BRUSH, MAX_SPREAD } from '../../../contract/edit';
import type { Photo } from '../../../contract/photo';
import { shorten } from '../../../text/format';
import { FileInput } from '../../files/FileInput';
import { MASK_COLOUR_NAMES, MASK_COLOURS } from '../../settings/maskColours';
import { useActions, useApp, usePhotos, useTools } from '../../state/context';
import type { OpenPhoto } from '../../state/model';
import { REGION_TOOLS, type Tool, toolsFor } from '../../state/tools';
import { Button } from '../../ui/Button';
import { Icon } from '../../ui/Icon';
import { keyOf } from '../../ui/keys';
import { Menu, MenuItem, MenuLine } from '../../ui/Menu';
import { Popover } from '../../ui/Popover';
import { Segmented } from '../../ui/Segmented';
import { Slider } from '../../ui/Slider';
import { Tooltip } from '../../ui/Tooltip';

const ICONS: Record<Tool, LucideIcon> = {
  hand: Hand,
  brush: Brush,
  eraser: Eraser,
  lasso: Lasso,
  polygon: Pentagon,
  rectangle: Square,
  defect: MousePointerClick,
};

/** The tools at the left edge of the viewer, and the options of the active one. Only shown while a mask is edited. */
export function ToolStrip({ entry, photo }: { entry: OpenPhoto; photo: Photo }) {
  const tool = useTools((state) => state.tool);
  if (tool === null) return null;
  return (
    <>
      <Tools tool={tool} />
      <Options entry={entry} photo={photo} tool={tool} />
    </>
  );
}

const NAME_LENGTH = 36;

const stay = (event: { stopPropagation(): void }) => event.stopPropagation();

/** What resetting a mask is called, by whose it is. */
const RESETS = { repair: 'mask.reset', style: 'styles.everywhere', keep: 'keep.nothing' } as const;

function Tools({ tool }: { tool: Tool }) {
  const { t } = useTranslation();
  const actions = useActions().tools;
  const atOnce = useTools((state) => state.atOnce);
  const target = useTools((state) => state.target);
  const item =
    'inline-flex size-8 items-center justify-center rounded-md text-text transition-colors hover:bg-raised disabled:opacity-40 disabled:pointer-events-none data-[state=on]:bg-accent data-[state=on]:text-on-accent';
  return (
    <Toolbar.Root
      orientation="vertical"
      aria-label={t('mask.tools')}
      data-testid="tool-strip"
      onPointerDown={stay}
      onDoubleClick={stay}
      className="absolute top-14 left-3 z-20 flex flex-col gap-0.5 rounded-md border border-line bg-panel p-1"
    >
      <Toolbar.ToggleGroup
        type="single"
        value={tool}
        onValueChange={(next) => {
          if (next !== '') actions.take(next as Tool);
        }}
        className="flex flex-col gap-0.5"
        aria-label={t('mask.tools')}
      >
        {toolsFor(target).map((each) => (
          <Tooltip key={each} text={t(`mask.tool.${each}`)} shortcut={keyOf(`tool-${each}`)}>
            {/* Wrapped, because the tooltip would replace the button's own `data-state`. */}
            <span className="inline-flex">
              <Toolbar.ToggleItem
                value={each}
                aria-label={t(`mask.tool.${each}`)}
                data-testid={`tool-${each}`}
                disabled={atOnce && each !== 'hand' && !REGION_TOOLS.includes(each)}
                className={item}
              >
                <Icon of={ICONS[each]} />
              </Toolbar.ToggleItem>
            </span>
          </Tooltip>
        ))}
      </Toolbar.ToggleGroup>
      {target === 'repair' && (
        <>
          <Toolbar.Separator className="mx-1 h-px bg-line" />
          <Tooltip text={t('mask.atOnce')} shortcut={keyOf('atOnce')}>
            <span className="inline-flex">
              <Toolbar.ToggleGroup
                type="single"
                value={atOnce ? 'on' : ''}
                onValueChange={() => actions.toggleAtOnce()}
                aria-label={t('mask.atOnce')}
              >
                <Toolbar.ToggleItem
                  value="on"
                  aria-label={t('mask.atOnce')}
                  data-testid="tool-at-once"
                  className={item}
                >
                  <Icon of={Zap} />
                </Toolbar.ToggleItem>
              </Toolbar.ToggleGroup>
            </span>
          </Tooltip>
        </>
      )}
    </Toolbar.Root>
  );
}

function Options({ entry, photo, tool }: { entry: OpenPhoto; photo: Photo; tool: Tool }) {
  const { t } = useTranslation();
  const actions = useActions();
  const { size, hardness, atOnce, areaMode, quickMask } = useTools((state) => state);
  const isBrush = tool === 'brush' || tool === 'eraser';
  const isOutline = tool === 'lasso' || tool === 'polygon' || tool === 'rectangle';
  const largest = Math.min(MAX_BRUSH, Math.max(100, Math.round(Math.max(photo.width, photo.height) / 4)));
  return (
    <section
      aria-label={t('mask.options')}
      data-testid="mask-options"
      onPointerDown={stay}
      onDoubleClick={stay}
      className="absolute top-2 right-2 left-3 z-20 flex h-11 w-fit max-w-[calc(100%-20px)] items-center gap-2 rounded-md border border-line bg-panel px-2"
    >
      {isBrush && (
        <>
          <div className="w-40 shrink">
            <Slider
              label={t('mask.size')}
              value={Math.min(size, largest)}
              min={1}
              max={largest}
              step={1}
              initial={40}
              unit={t('controls.pixels')}
              testId="brush-size"
              compact
              onChange={(next) => actions.tools.set({ size: next })}
            />
          </div>
          <div className="w-40 shrink">
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
      {isOutline && !atOnce && (
        <Segmented
          label={t('mask.areaMode')}
          value={areaMode}
          options={(['add', 'subtract'] as const).map((value) => ({ value, label: t(`mask.${value}`) }))}
          onChange={(next) => actions.tools.set({ areaMode: next })}
        />
      )}
      <p className={`min-w-0 truncate text-xs text-secondary ${isBrush && !atOnce ? 'max-xl:hidden' : ''}`}>
        {t(atOnce && tool !== 'hand' ? 'mask.hint.atOnce' : `mask.hint.${tool}`)}
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
      <Button data-testid="mask-done" onClick={() => actions.tools.take(null)}>
        <Icon of={Check} />
        {t('mask.done')}
      </Button>
    </section>
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
