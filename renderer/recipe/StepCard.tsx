import {
  Bandage,
  Brush,
  Contrast,
  Droplets,
  Eye,
  Film,
  type LucideIcon,
  Maximize,
  Palette,
  ScanFace,
  ScanSearch,
  SlidersHorizontal,
  Sparkles,
  Sun,
} from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Need } from '../../contract/photo';
import type { CurvePoint, StepKind } from '../../contract/recipe';
import { useActions, useJobs, useReview, useView } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { defaultStep, type SettingValue, stepOf } from '../state/recipes';
import { canReview, placeCount } from '../state/review';
import { DisclosureButton } from '../ui/DisclosureButton';
import { Icon } from '../ui/Icon';
import { keyOf } from '../ui/keys';
import { Segmented } from '../ui/Segmented';
import { Slider } from '../ui/Slider';
import { useSortableItem } from '../ui/Sortable';
import { Switch } from '../ui/Switch';
import { Tooltip } from '../ui/Tooltip';
import { useSentences } from '../useSentences';
import { ColourHints } from './ColourHints';
import { CurveControl } from './CurveControl';
import { type Control, offeredControls, type SizeValue, settingOf } from './controls';
import { ExampleChoice } from './ExampleChoice';
import { FaceChoice } from './FaceChoice';
import { GeneratorChoice } from './GeneratorChoice';
import { GreyControl } from './GreyControl';
import { InputSliders } from './InputSliders';
import { SizeControl } from './SizeControl';

/** Share of the photo from which writing is mentioned. Less is rarely writing. */
const LEAST_WRITING = 0.0005;

/** Other steps have the sign of a slider. */
const ICONS: Partial<Record<StepKind, LucideIcon>> = {
  film: Film,
  repair: Bandage,
  restore: Sparkles,
  tone: Contrast,
  colorise: Droplets,
  light: Sun,
  upscale: Maximize,
  faces: ScanFace,
  style: Palette,
};

/** A step of the recipe: why it is suggested, whether it runs, and its controls. */
export function StepCard({ entry, need, isFree }: { entry: OpenPhoto; need: Need; isFree: boolean }) {
  const { t } = useTranslation();
  const { sentence } = useSentences();
  const actions = useActions();
  const id = useId();
  const { kind } = need;
  const step = entry.recipe === null ? null : stepOf(entry.recipe, kind);
  const enabled = step?.enabled === true;
  const isIdle = !need.needed && !enabled;
  const places = useReview((state) => (kind === 'repair' && enabled ? placeCount(state, entry.key) : null));
  // Where a person has found damage and the analysis none, its reason no longer holds.
  const holds = need.needed || places === null || places === 0;
  const faces = kind === 'faces' && enabled ? entry.rendering?.faces : undefined;
  const isProposed = entry.analysis !== null && stepOf(entry.analysis.recipe, kind)?.enabled === true;
  const isByHand = need.reason === 'reason.light.byHand';
  const why = isIdle && !isByHand ? t('restore.notNeeded') : sentence({ key: need.reason, values: need.figures });
  const reason = kind === 'colorise' && !isIdle ? `${why} ${t('restore.imagined')}` : why;
  const { ref, style, handle } = useSortableItem(kind, t(`steps.${kind}`));
  return (
    <section
      ref={ref}
      style={style}
      aria-labelledby={`${id}-name`}
      data-testid={`step-${kind}`}
      data-enabled={enabled}
      className={`group overflow-hidden rounded-md border border-line bg-raised px-3 ${enabled ? 'py-2.5' : 'py-1'}`}
    >
      <div className="flex items-center gap-2">
        <Icon of={ICONS[kind] ?? SlidersHorizontal} className={enabled ? 'shrink-0' : 'shrink-0 text-secondary'} />
        <h2
          id={`${id}-name`}
          title={enabled ? undefined : reason}
          className={`min-w-0 grow truncate ${enabled ? 'font-medium' : 'text-secondary'}`}
        >
          {t(`steps.${kind}`)}
        </h2>
        {!enabled && isProposed && <span className="shrink-0 text-xs text-secondary">{t('restore.suggested')}</span>}
        {isFree && handle}
        <Switch
          label={t(`steps.${kind}`)}
          describedBy={`${id}-reason`}
          checked={enabled}
          onChange={(checked) => actions.setEnabled(entry.key, kind, checked)}
        />
      </div>
      {/* A step that is off takes one line. Its reason is a tooltip, and is read out with the switch. */}
      {!enabled ? (
        <p id={`${id}-reason`} className="sr-only">
          {reason}
        </p>
      ) : (
        <p id={`${id}-reason`} className="mt-1 text-xs text-secondary">
          {faces !== undefined
            ? t(faces.length > 0 ? 'reason.faces.found' : 'reason.faces.none', { count: faces.length })
            : holds && sentence({ key: need.reason, values: need.figures })}
          {places !== null && (need.needed || places > 0) && (
            <span data-testid="place-count">
              {holds && ' '}
              {places === 0 ? t('places.none') : `${t('places.count', { count: places })}.`}
            </span>
          )}
          {kind === 'colorise' && ` ${t('restore.imagined')}`}
          {kind === 'repair' && entry.analysis?.infrared?.refusal && (
            <span data-testid="infrared-refused">
              {` ${t(`notes.infraredRefused.${entry.analysis.infrared.refusal}`)}.`}
            </span>
          )}
          {step?.kind === 'repair' && (entry.analysis?.writing ?? 0) >= LEAST_WRITING && (
            <span data-testid="writing">
              {` ${t(step.settings.keepWriting ? 'restore.writingLeft' : 'restore.writingRemoved')}`}
            </span>
          )}
        </p>
      )}
      {enabled && kind === 'repair' && <ReviewPlaces entry={entry} />}
      {enabled && kind === 'faces' && <FaceChoice entry={entry} />}
      {enabled && <StepControls entry={entry} need={need} />}
      <StepProgress entry={entry} kind={kind} />
    </section>
  );
}

/** Begins the review of the places that will be repaired. */
function ReviewPlaces({ entry }: { entry: OpenPhoto }) {
  const { t } = useTranslation();
  const actions = useActions();
  const isReady = useReview((state) => canReview(state, entry));
  const isReviewing = useReview((state) => state.key === entry.key);
  return (
    <Tooltip text={t('places.reviewHint')} shortcut={keyOf('reviewPlaces')}>
      <button
        type="button"
        data-testid="review-places"
        aria-disabled={!isReady}
        aria-pressed={isReviewing}
        onClick={() => (isReviewing ? actions.review.end() : actions.review.start(entry.key))}
        className="mt-1 -ml-1.5 flex h-6 items-center gap-1.5 rounded-md px-1.5 text-xs whitespace-nowrap text-secondary hover:text-text aria-disabled:opacity-45 aria-pressed:text-accent"
      >
        <Icon of={ScanSearch} />
        {t('places.review')}
      </button>
    </Tooltip>
  );
}

function StepControls({ entry, need }: { entry: OpenPhoto; need: Need }) {
  const { kind, variants } = need;
  const { t } = useTranslation();
  const actions = useActions();
  const [open, setOpen] = useState(false);
  const id = useId();
  const maskShown = useView((state) => state.maskShown);
  const { main, more } = offeredControls(kind, variants, entry.analysis?.infrared?.outcome === 'used');
  return (
    <div className="mt-2">
      <StepControl entry={entry} kind={kind} control={main} />
      {kind === 'repair' && <GeneratorChoice entry={entry} kind={kind} setting="detector" />}
      {kind === 'faces' && <GeneratorChoice entry={entry} kind={kind} setting="finder" />}
      <GeneratorChoice entry={entry} kind={kind} setting="generator" />
      {kind === 'style' && <ExampleChoice entry={entry} />}
      {kind === 'colorise' && <ColourHints entry={entry} />}
      <InputSliders entry={entry} kind={kind} />
      <div className="mt-1 flex items-center">
        {more.length > 0 && <DisclosureButton open={open} controls={id} onClick={() => setOpen(!open)} />}
        {kind === 'repair' && (
          <button
            type="button"
            data-testid="mask-edit"
            onClick={() => actions.tools.editMask('repair')}
            className="ml-auto flex h-6 items-center gap-1.5 rounded-md px-1.5 text-xs whitespace-nowrap text-secondary hover:text-text"
          >
            <Icon of={Brush} />
            {t('restore.editMask')}
          </button>
        )}
        {kind === 'repair' && (
          <button
            type="button"
            aria-pressed={maskShown}
            data-testid="mask-toggle"
            onClick={actions.view.toggleMask}
            className="-mr-1 flex h-6 items-center gap-1.5 rounded-md px-1.5 text-xs whitespace-nowrap text-secondary hover:text-text aria-pressed:text-accent"
          >
            <Icon of={Eye} />
            {t('restore.showMask')}
          </button>
        )}
      </div>
      <div id={id} hidden={!open} className="mt-1 space-y-1">
        {more.map((control) => (
          <StepControl key={control.name} entry={entry} kind={kind} control={control} />
        ))}
      </div>
    </div>
  );
}

/** One control of a step. */
export function StepControl({ entry, kind, control }: { entry: OpenPhoto; kind: StepKind; control: Control }) {
  const { t } = useTranslation();
  const actions = useActions();
  const id = useId();
  const step = (entry.recipe === null ? null : stepOf(entry.recipe, kind)) ?? defaultStep(kind);
  const value = settingOf(control, step.settings);
  const label = t(`controls.${control.label}`);
  // A double click resets to the value proposed for this photo.
  const proposed = entry.analysis === null ? null : stepOf(entry.analysis.recipe, kind);
  const initial = (proposed?.settings as Record<string, unknown> | undefined)?.[control.name];
  const set = (next: SettingValue) => actions.setSetting(entry.key, kind, control.name, next);
  const settle = () => {
    actions.settleSetting(entry.key);
    actions.view.setMaskPeek(false);
  };

  if (control.type === 'switch') {
    return (
      <div className="flex h-7 items-center justify-between">
        <label htmlFor={id} className="text-xs text-secondary">
          {label}
        </label>
        <Switch
          id={id}
          checked={(value ?? control.initial) === true}
          onChange={(checked) => {
            set(checked);
            settle();
          }}
        />
      </div>
    );
  }
  if (control.type === 'choice') {
    return (
      <div className="flex h-8 items-center justify-between">
        <span className="text-xs text-secondary">{label}</span>
        <Segmented
          label={label}
          value={String(value)}
          options={control.options.map((option) => ({ value: option.value, label: t(`controls.${option.label}`) }))}
          onChange={(chosen) => {
            set(chosen);
            settle();
          }}
        />
      </div>
    );
  }
  if (control.type === 'grey') {
    if (kind !== 'tone' && kind !== 'light') return null;
    return (
      <GreyControl
        kind={kind}
        label={label}
        value={typeof value === 'string' ? value : null}
        onClear={() => {
          set(null);
          settle();
        }}
      />
    );
  }
  if (control.type === 'curve') {
    return (
      <CurveControl label={label} value={(value as CurvePoint[] | undefined) ?? []} onChange={set} onSettle={settle} />
    );
  }
  if (control.type === 'size') {
    if (entry.photo === null) return null;
    return (
      <SizeControl
        value={value as SizeValue}
        photo={entry.photo}
        onChange={(size) => {
          set(size);
          settle();
        }}
      />
    );
  }
  // The mask is shown while these controls are moved, because their effect can only be judged on it.
  const showsMask = kind === 'repair';
  return (
    <Slider
      label={label}
      value={Number(value)}
      min={control.min}
      max={control.max}
      step={control.step}
      initial={typeof initial === 'number' ? initial : control.initial}
      factor={control.factor}
      unit={t(`controls.${control.unit}`)}
      testId={`${kind}-${control.name}`}
      onChange={(next) => {
        if (showsMask) actions.view.setMaskPeek(true);
        set(next);
      }}
      onSettle={settle}
    />
  );
}

/** A thin progress bar at the bottom of the card while its step is computed. */
export function StepProgress({ entry, kind }: { entry: OpenPhoto; kind: StepKind }) {
  const done = useJobs((state) => {
    const job = state.jobs.find((each) => each.photoKey === entry.key && each.progress?.step === kind);
    return job?.progress?.done ?? null;
  });
  if (done === null) return null;
  return (
    <div className="absolute inset-x-0 bottom-0 h-0.5">
      <div className="h-full origin-left bg-accent transition-transform" style={{ transform: `scaleX(${done})` }} />
    </div>
  );
}
