import { useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { BATCH_ORDERS, type BatchSettings, CONFLICT_RULES, NAME_TOKENS } from '../../contract/batch';
import type { Caption } from '../../contract/caption';
import { QUALITY } from '../../contract/output';
import { EXPORT_FORMATS, type ExportFormat } from '../../contract/photo';
import { GATES } from '../../contract/recipe';
import { NegativeMode } from '../../contract/scan';
import { FORMAT_NAMES, isDeep, isLossy } from '../export/formats';
import { MoreFields } from '../export/MoreFields';
import { SizeFields } from '../export/SizeFields';
import { FolderField, NewFolderField } from '../folder-page/FolderFields';
import { SetUpColumn } from '../folder-page/SetUpColumn';
import { CaptionFields } from '../recipe/CaptionFields';
import { recipeName } from '../recipe/choices';
import { threadChoices } from '../settings/choices';
import { type DraftFault, settingsOf } from '../state/batch';
import { useActions, useApp, useBatch } from '../state/context';
import { folderFault } from '../state/folderPage';
import { Button } from '../ui/Button';
import { DisclosureButton } from '../ui/DisclosureButton';
import { Field, FieldFault, FieldHeading, FieldHint, TEXT_FIELD } from '../ui/Field';
import { Segmented } from '../ui/Segmented';
import { Select } from '../ui/Select';
import { Slider } from '../ui/Slider';
import { Switch } from '../ui/Switch';
import { EarlierBatches } from './EarlierBatches';
import { exampleName } from './exampleName';
import { Plan } from './Plan';

/** What the settings of negatives can be set to. */
const NEGATIVES = ['off', ...NegativeMode.options] as const;

/** The settings of a batch, and beside them what it would do. */
export function SetUp() {
  const { t } = useTranslation();
  return (
    <div className="flex min-h-0 grow">
      <SetUpColumn label={t('batch.setUp')} testId="batch-setup">
        <Folders />
        <Work />
        <CaptionOfAll />
        <More />
        <EarlierBatches />
      </SetUpColumn>
      <Plan />
    </div>
  );
}

/** Starts the batch, unless something is known to be in its way. */
export function StartButton() {
  const { t } = useTranslation();
  const { start } = useActions().batch;
  const recipes = useApp((state) => state.recipes);
  const draft = useBatch((state) => state.draft);
  const starting = useBatch((state) => state.starting);
  const plan = useBatch((state) => state.plan);
  const newFolder = useBatch(({ output, below }) => (output === null ? (below ?? t('batch.folderName')) : null));
  const isWrong =
    (newFolder !== null && folderFault(newFolder) !== null) || settingsOf(draft, recipes).settings === null;
  const isEmpty = plan.phase === 'ready' && plan.result?.photos === 0 && !draft.watch;
  return (
    <Button
      look="primary"
      data-testid="start-batch"
      disabled={starting || isWrong || isEmpty || plan.phase === 'failed'}
      onClick={start}
    >
      {t('batch.start')}
    </Button>
  );
}

function Fault({ id, fault }: { id: string; fault: DraftFault | undefined }) {
  const { t } = useTranslation();
  return <FieldFault id={id}>{fault !== undefined && t(`batch.faults.${fault}`)}</FieldFault>;
}

// -------------------------------------------------------------------------------------------- folders

function Folders() {
  const { t } = useTranslation();
  const { batch } = useActions();
  const id = useId();
  const input = useBatch((state) => state.input);
  const files = useBatch((state) => state.files.length);
  const output = useBatch((state) => state.output);
  const below = useBatch((state) => state.below) ?? t('batch.folderName');
  return (
    <div>
      <FieldHeading>{t('folderPage.folders')}</FieldHeading>
      <FolderField
        label={t('batch.input')}
        name={files > 0 ? t('batch.chosen', { count: files, folder: input?.name ?? '' }) : (input?.name ?? '')}
        testId="choose-input"
        onClick={() => batch.pickFolder('input')}
      />
      {files > 0 && <FieldHint id={`${id}-chosen`}>{t('batch.chosenText')}</FieldHint>}
      <Field label={t('batch.output')} htmlFor={`${id}-output`}>
        <Select
          id={`${id}-output`}
          testId="batch-output"
          className="w-56"
          value={output === null ? 'inside' : 'elsewhere'}
          options={[
            { value: 'inside', label: t('batch.inside') },
            { value: 'elsewhere', label: t('batch.elsewhere') },
          ]}
          onChange={(chosen) => (chosen === 'inside' ? batch.choose('output', null) : batch.pickFolder('output'))}
        />
      </Field>
      {output === null ? (
        <NewFolderField name={below} testId="batch-below" onChange={batch.setBelow} />
      ) : (
        <FolderField
          label={t('batch.outputFolder')}
          name={output.name}
          testId="choose-output"
          onClick={() => batch.pickFolder('output')}
        />
      )}
    </div>
  );
}

// ----------------------------------------------------------------------------------------------- work

function Work() {
  const { t, i18n } = useTranslation();
  const { set } = useActions().batch;
  const id = useId();
  const recipes = useApp((state) => state.recipes);
  const draft = useBatch((state) => state.draft);
  const recipe = recipes.find((each) => each.id === draft.recipe) ?? null;
  const gate = draft.gate ?? recipe?.gate;
  const steps = recipe?.steps.filter((step) => step.enabled).map((step) => t(`steps.${step.kind}`)) ?? [];
  const summary =
    recipe === null
      ? t('batch.recipeProposal')
      : t(gate === 'needed' ? 'batch.recipeNeeded' : 'batch.recipeAlways', { steps: steps.join(', ') });
  const lossy = draft.format === null || isLossy(draft.format);
  return (
    <div>
      <FieldHeading>{t('batch.work')}</FieldHeading>
      <Field label={t('restore.recipe')} htmlFor={`${id}-recipe`}>
        <Select
          id={`${id}-recipe`}
          testId="batch-recipe"
          className="w-56"
          describedBy={`${id}-summary`}
          value={recipe?.id ?? ''}
          options={[
            { value: '', label: t('batch.proposal') },
            ...recipes.map((each) => ({ value: each.id, label: recipeName(each, t, i18n) })),
          ]}
          onChange={(chosen) => set({ recipe: chosen === '' ? null : chosen, gate: null })}
        />
      </Field>
      {gate !== undefined && (
        <div className="flex items-center justify-between gap-4 py-1">
          <span>{t('batch.gate')}</span>
          <Segmented
            label={t('batch.gate')}
            value={gate}
            options={GATES.map((value) => ({ value, label: t(`batch.gates.${value}`) }))}
            onChange={(chosen) => set({ gate: chosen })}
          />
        </div>
      )}
      <FieldHint id={`${id}-summary`}>{summary}</FieldHint>
      <Field label={t('export.format')} htmlFor={`${id}-format`}>
        <Select<ExportFormat | 'own'>
          id={`${id}-format`}
          testId="batch-format"
          className="w-56"
          value={draft.format ?? 'own'}
          options={[
            { value: 'own', label: t('batch.ownFormat') },
            ...EXPORT_FORMATS.map((value) => ({ value, label: FORMAT_NAMES[value] })),
          ]}
          onChange={(chosen) => set({ format: chosen === 'own' ? null : chosen })}
        />
      </Field>
      {lossy && (
        <div className="py-1">
          <Slider
            label={t('export.quality')}
            value={draft.quality}
            min={1}
            max={100}
            step={1}
            initial={QUALITY}
            testId="batch-quality"
            onChange={(quality) => set({ quality })}
          />
        </div>
      )}
      <SizeFields value={draft} onChange={set} />
    </div>
  );
}

// -------------------------------------------------------------------------------------------- caption

/** What is said of every photo of the folder. A field that is left empty keeps what the photo says itself. */
function CaptionOfAll() {
  const { t } = useTranslation();
  const { set } = useActions().batch;
  const id = useId();
  const [open, setOpen] = useState(false);
  const caption = useBatch((state) => state.draft.caption);
  const put = (fields: Caption) => {
    const given = Object.entries({ ...caption, ...fields }).filter(([, each]) => each.length > 0);
    set({ caption: Object.fromEntries(given) });
  };
  return (
    <div>
      <DisclosureButton
        open={open}
        controls={id}
        label={t('batch.caption')}
        testId="batch-caption"
        onClick={() => setOpen(!open)}
      />
      <div id={id} hidden={!open} className="mt-1 space-y-2">
        <FieldHint id={`${id}-hint`}>{t('batch.captionText')}</FieldHint>
        <CaptionFields value={caption} onPut={put} />
      </div>
    </div>
  );
}

// ----------------------------------------------------------------------------------------------- more

function More() {
  const { t } = useTranslation();
  const { set } = useActions().batch;
  const id = useId();
  const [open, setOpen] = useState(false);
  const cores = useApp((state) => state.info?.machine.cores ?? 1);
  const recipes = useApp((state) => state.recipes);
  const draft = useBatch((state) => state.draft);
  const { faults } = settingsOf(draft, recipes);
  const isShown = open || Object.keys(faults).length > 0;
  return (
    <div>
      <DisclosureButton open={isShown} controls={id} testId="batch-more" onClick={() => setOpen(!open)} />
      <div id={id} hidden={!isShown} className="mt-1 space-y-1">
        <NamePattern fault={faults.name} />
        <MoreFields value={draft} hasDepth={draft.format === null || isDeep(draft.format)} onChange={set} />
        <Field label={t('batch.conflict')} htmlFor={`${id}-conflict`}>
          <Select<BatchSettings['conflict']>
            id={`${id}-conflict`}
            testId="batch-conflict"
            className="w-56"
            value={draft.conflict}
            options={CONFLICT_RULES.map((value) => ({ value, label: t(`batch.conflicts.${value}`) }))}
            onChange={(conflict) => set({ conflict })}
          />
        </Field>
        <Globs which="include" fault={faults.include} />
        <Globs which="exclude" fault={faults.exclude} />
        <Field label={t('batch.order')} htmlFor={`${id}-order`}>
          <Select<BatchSettings['order']>
            id={`${id}-order`}
            className="w-56"
            value={draft.order}
            options={BATCH_ORDERS.map((value) => ({ value, label: t(`batch.orders.${value}`) }))}
            onChange={(order) => set({ order })}
          />
        </Field>
        <Pages fault={faults.pages} />
        <Field label={t('batch.split')} htmlFor={`${id}-split`} hint={t('batch.splitText')} hintId={`${id}-split-hint`}>
          <Switch
            id={`${id}-split`}
            describedBy={`${id}-split-hint`}
            checked={draft.split}
            onChange={(split) => set({ split })}
          />
        </Field>
        <Field
          label={t('batch.salvage')}
          htmlFor={`${id}-salvage`}
          hint={t('batch.salvageText')}
          hintId={`${id}-salvage-hint`}
        >
          <Switch
            id={`${id}-salvage`}
            describedBy={`${id}-salvage-hint`}
            checked={draft.salvage}
            onChange={(salvage) => set({ salvage })}
          />
        </Field>
        <Field
          label={t('batch.negatives')}
          htmlFor={`${id}-negatives`}
          hint={t('batch.negativesText')}
          hintId={`${id}-negatives-hint`}
        >
          <Select
            id={`${id}-negatives`}
            describedBy={`${id}-negatives-hint`}
            testId="batch-negatives"
            className="w-56"
            value={draft.negative?.kind ?? 'off'}
            options={NEGATIVES.map((value) => ({ value, label: t(`batch.negativeKinds.${value}`) }))}
            onChange={(kind) => set({ negative: kind === 'off' ? null : { kind, base: null } })}
          />
        </Field>
        <Field label={t('batch.concurrency')} htmlFor={`${id}-concurrency`}>
          <Select
            id={`${id}-concurrency`}
            testId="batch-concurrency"
            className="w-56"
            value={String(draft.concurrency)}
            options={[
              { value: '0', label: t('providers.auto') },
              ...threadChoices(cores, draft.concurrency).map((each) => ({ value: String(each), label: String(each) })),
            ]}
            onChange={(chosen) => set({ concurrency: Number(chosen) })}
          />
        </Field>
        <Field label={t('batch.watch')} htmlFor={`${id}-watch`} hint={t('batch.watchText')} hintId={`${id}-watch-hint`}>
          <Switch
            id={`${id}-watch`}
            describedBy={`${id}-watch-hint`}
            checked={draft.watch}
            onChange={(watch) => set({ watch })}
          />
        </Field>
      </div>
    </div>
  );
}

/** The pattern for the names of the new files, with a button for each placeholder. */
function NamePattern({ fault }: { fault: DraftFault | undefined }) {
  const { t } = useTranslation();
  const { set } = useActions().batch;
  const id = useId();
  const ref = useRef<HTMLInputElement>(null);
  const draft = useBatch((state) => state.draft);
  const input = useBatch((state) => state.input);
  const first = useBatch((state) => state.plan.result?.examples[0]?.name ?? null);
  const recipe = useApp((state) => state.recipes.find((each) => each.id === draft.recipe) ?? null);
  const example = exampleName(draft.name, {
    original: first ?? t('batch.exampleFile'),
    folder: input?.name ?? '',
    // The main side uses this name in the files where no recipe was chosen.
    recipe: recipe?.name ?? 'proposal',
    format: draft.format,
    date: new Date(),
  });
  const insert = (token: string) => {
    const field = ref.current;
    if (field === null) return;
    const [from, to] = [field.selectionStart ?? draft.name.length, field.selectionEnd ?? draft.name.length];
    set({ name: `${draft.name.slice(0, from)}{${token}}${draft.name.slice(to)}` });
    field.focus();
    // After the new text is drawn.
    requestAnimationFrame(() => field.setSelectionRange(from + token.length + 2, from + token.length + 2));
  };
  return (
    <div className="flex items-start justify-between gap-4 py-1">
      <label htmlFor={id} className="leading-7">
        {t('batch.name')}
      </label>
      <div className="w-56 shrink-0">
        <input
          ref={ref}
          id={id}
          type="text"
          value={draft.name}
          spellCheck={false}
          data-testid="batch-name"
          aria-invalid={fault !== undefined}
          aria-describedby={`${id}-fault ${id}-example`}
          onChange={(event) => set({ name: event.target.value })}
          className={`h-7 w-full ${TEXT_FIELD}`}
        />
        <div className="mt-1.5 mb-1 flex flex-wrap gap-1">
          {NAME_TOKENS.map((token) => (
            <button
              key={token}
              type="button"
              title={t('batch.insert', { token: `{${token}}` })}
              onClick={() => insert(token)}
              className="h-5 rounded-md border border-line bg-raised px-1.5 text-xs leading-4 hover:border-track"
            >
              {t(`batch.tokens.${token}`)}
            </button>
          ))}
        </div>
        <Fault id={`${id}-fault`} fault={fault} />
        <p id={`${id}-example`} data-testid="batch-example" className="text-xs break-words text-secondary">
          {fault === undefined && example}
        </p>
      </div>
    </div>
  );
}

/** Which photos of a file that holds several. */
function Pages({ fault }: { fault: DraftFault | undefined }) {
  const { t } = useTranslation();
  const { set } = useActions().batch;
  const id = useId();
  const pages = useBatch((state) => state.draft.pages);
  const isRange = pages !== 'all' && pages !== 'first';
  return (
    <div>
      <Field label={t('batch.pages')} htmlFor={id}>
        <div className="flex w-56 gap-2">
          <Select
            id={id}
            testId="batch-pages"
            className="min-w-0 grow"
            value={isRange ? 'range' : pages}
            options={(['all', 'first', 'range'] as const).map((value) => ({
              value,
              label: t(`batch.pageChoices.${value}`),
            }))}
            onChange={(chosen) => set({ pages: chosen === 'range' ? '1-2' : chosen })}
          />
          {isRange && (
            <input
              type="text"
              value={pages}
              spellCheck={false}
              aria-label={t('batch.pageRange')}
              data-testid="batch-page-range"
              aria-invalid={fault !== undefined}
              aria-describedby={`${id}-fault`}
              onChange={(event) => set({ pages: event.target.value })}
              className={`h-7 w-20 ${TEXT_FIELD}`}
            />
          )}
        </div>
      </Field>
      <Fault id={`${id}-fault`} fault={fault} />
    </div>
  );
}

function Globs({ which, fault }: { which: 'include' | 'exclude'; fault: DraftFault | undefined }) {
  const { t } = useTranslation();
  const { set } = useActions().batch;
  const id = useId();
  const text = useBatch((state) => state.draft[which]);
  return (
    <div className="py-1">
      <div className="flex items-start justify-between gap-4">
        <div className="min-w-0">
          <label htmlFor={id}>{t(`batch.${which}`)}</label>
          <p id={`${id}-hint`} className="text-xs text-secondary">
            {t(`batch.${which}Text`)}
          </p>
        </div>
        <textarea
          id={id}
          rows={2}
          value={text}
          spellCheck={false}
          data-testid={`batch-${which}`}
          aria-invalid={fault !== undefined}
          aria-describedby={`${id}-hint ${id}-fault`}
          onChange={(event) => set({ [which]: event.target.value })}
          className={`w-56 shrink-0 resize-none py-1 text-xs ${TEXT_FIELD}`}
        />
      </div>
      <Fault id={`${id}-fault`} fault={fault} />
    </div>
  );
}
