import { Brush, Check, Eraser, type LucideIcon, Pipette, Trash2 } from 'lucide-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Photo } from '../../../contract/photo';
import { useActions, useApp, useHints } from '../../state/context';
import { HINT_TOOLS, type HintTool, usualSize } from '../../state/hints';
import { followsHints } from '../../state/library';
import type { OpenPhoto } from '../../state/model';
import { Button, IconButton } from '../../ui/Button';
import { Icon } from '../../ui/Icon';
import { Popover } from '../../ui/Popover';
import { BrushSize } from '../BrushSize';
import { usePalette } from './usePalette';

const ICONS: Record<HintTool, LucideIcon> = { paint: Brush, pick: Pipette, remove: Eraser };

/** Colours of things that are in many photos. Only their hue and strength count. */
const USUAL = {
  fairSkin: '#e0b090',
  darkSkin: '#8d5b3c',
  sky: '#8fb4dc',
  leaves: '#5d7d3a',
  grass: '#84a04a',
  brick: '#a6563f',
  wood: '#8b6239',
  denim: '#4b648c',
} as const;
const USUAL_NAMES = Object.keys(USUAL) as (keyof typeof USUAL)[];

/** The options of the tool for colours, in a row above the photo. */
export function HintBar({ entry, photo }: { entry: OpenPhoto; photo: Photo }) {
  const tool = useHints((state) => state.tool);
  return tool === null ? null : <Options entry={entry} photo={photo} tool={tool} />;
}

function Options({ entry, photo, tool }: { entry: OpenPhoto; photo: Photo; tool: HintTool }) {
  const { t } = useTranslation();
  const { hints: actions } = useActions();
  const { colour, size } = useHints((state) => state);
  const generators = useApp((state) => state.generators);
  const palette = usePalette(entry, photo);
  const hints = entry.edit?.hints ?? [];
  // Colours that were given before stay at hand.
  const given = [...new Set(hints.map((hint) => hint.colour))].reverse().filter((each) => !palette.includes(each));
  const offered = [...palette, ...given.slice(0, 4)];
  const canFollow = followsHints(generators, entry.recipe);
  return (
    <section
      aria-label={t('hints.options')}
      data-testid="hint-bar"
      className="flex min-h-11 shrink-0 flex-wrap items-center gap-x-2 gap-y-1 border-b border-line bg-panel px-2 py-0.5"
    >
      <fieldset aria-label={t('hints.tools')} className="flex">
        {HINT_TOOLS.map((each) => (
          <IconButton
            key={each}
            label={t(`hints.tool.${each}`)}
            aria-pressed={tool === each}
            data-testid={`hint-${each}`}
            className="aria-pressed:bg-accent aria-pressed:text-on-accent"
            onClick={() => actions.set({ tool: each })}
          >
            <Icon of={ICONS[each]} />
          </IconButton>
        ))}
      </fieldset>
      <OtherColours colour={colour} onChoose={(chosen) => actions.set({ colour: chosen, tool: 'paint' })} />
      {offered.length > 0 && (
        <fieldset aria-label={t('hints.palette')} data-testid="hint-palette" className="flex gap-1">
          {offered.map((each) => (
            <Swatch
              key={each}
              colour={each}
              label={t('hints.colour', { colour: each })}
              isChosen={each === colour}
              onChoose={() => actions.set({ colour: each, tool: 'paint' })}
            />
          ))}
        </fieldset>
      )}
      <BrushSize
        photo={photo}
        value={size}
        initial={usualSize(photo)}
        testId="hint-size"
        onChange={(next) => actions.set({ size: next })}
      />
      <p
        data-testid="hint-text"
        className={`min-w-0 grow basis-0 truncate text-xs ${canFollow ? 'text-secondary max-xl:hidden' : 'basis-48 text-danger'}`}
      >
        {t(canFollow ? `hints.text.${tool}` : 'hints.notFollowed')}
      </p>
      <IconButton
        label={t('hints.removeAll')}
        data-testid="hints-remove-all"
        disabled={hints.length === 0}
        onClick={() => actions.removeAll(entry.key)}
      >
        <Icon of={Trash2} />
      </IconButton>
      <Button data-testid="hints-done" className="ml-auto" onClick={actions.stop}>
        <Icon of={Check} />
        {t('mask.done')}
      </Button>
    </section>
  );
}

interface SwatchProps {
  colour: string;
  label: string;
  isChosen: boolean;
  onChoose(): void;
}

function Swatch({ colour, label, isChosen, onChoose }: SwatchProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-pressed={isChosen}
      data-colour={colour}
      onClick={onChoose}
      style={{ background: colour }}
      className="size-6 rounded-full border-2 border-raised aria-pressed:ring-2 aria-pressed:ring-text"
    />
  );
}

/** Colours that are not in the photo: of common things, and any at all. */
function OtherColours({ colour, onChoose }: { colour: string; onChoose(colour: string): void }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <Popover
      label={t('hints.other')}
      trigger={
        <Button data-testid="hint-colours" aria-label={t('hints.chosen', { colour })}>
          <span style={{ background: colour }} className="size-3.5 rounded-full border border-line" />
          <span className="max-xl:hidden">{t('hints.other')}</span>
        </Button>
      }
    >
      <div className="grid grid-cols-2 gap-1">
        {USUAL_NAMES.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={USUAL[name] === colour}
            data-testid={`hint-usual-${name}`}
            onClick={() => onChoose(USUAL[name])}
            className="flex h-7 items-center gap-2 rounded-md px-1.5 text-left text-xs hover:bg-panel aria-pressed:font-medium"
          >
            <span style={{ background: USUAL[name] }} className="size-4 shrink-0 rounded-full border border-line" />
            {t(`hints.usual.${name}`)}
          </button>
        ))}
      </div>
      <div className="mt-2 flex items-center justify-between border-t border-line pt-2">
        <label htmlFor={id} className="text-xs text-secondary">
          {t('hints.any')}
        </label>
        <input
          id={id}
          type="color"
          value={colour}
          data-testid="hint-any"
          onChange={({ target }) => onChoose(target.value)}
          className="h-7 w-12 cursor-pointer rounded-md border border-line bg-panel"
        />
      </div>
    </Popover>
  );
}
