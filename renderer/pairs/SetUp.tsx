import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import { DAMAGE_KINDS, type DamageKind, PAIR_FORMATS, type SynthesisSettings } from '../../contract/synthesis';
import { FORMAT_NAMES } from '../export/formats';
import { FolderButton, FolderField, NewFolderField } from '../folder-page/FolderFields';
import { SetUpColumn } from '../folder-page/SetUpColumn';
import { useActions, useApp, usePairs } from '../state/context';
import { availableKinds, pairsWithin } from '../state/pairs';
import { Field, FieldFault, FieldHeading, FieldHint, TEXT_FIELD } from '../ui/Field';
import { Select } from '../ui/Select';
import { Slider } from '../ui/Slider';
import { Switch } from '../ui/Switch';
import { useNumberInput } from '../ui/useNumberInput';
import { useFormat } from '../useFormat';

const SIZES = [128, 256, 384, 512, 768, 1024];

export function SetUp() {
  const { t } = useTranslation();
  return (
    <SetUpColumn label={t('pairs.setUp')} testId="pairs-setup">
      <Folders />
      <Which />
      <Damage />
    </SetUpColumn>
  );
}

function Folders() {
  const { t } = useTranslation();
  const { pairs } = useActions();
  const id = useId();
  const input = usePairs((all) => all.input);
  const output = usePairs((all) => all.output);
  const below = usePairs((all) => all.below) ?? t('pairs.folderName');
  return (
    <div>
      <FieldHeading>{t('folderPage.folders')}</FieldHeading>
      <FolderField
        label={t('pairs.clean')}
        name={input?.name ?? ''}
        testId="choose-clean"
        onClick={() => pairs.pickFolder('clean')}
      />
      <Field label={t('pairs.output')} htmlFor={`${id}-output`}>
        <Select
          id={`${id}-output`}
          testId="pairs-output"
          className="w-56"
          value={output === null ? 'beside' : 'inside'}
          options={[
            { value: 'beside', label: t('pairs.beside') },
            { value: 'inside', label: t('pairs.inside') },
          ]}
          onChange={(chosen) => (chosen === 'beside' ? pairs.choose('pairs', null) : pairs.pickFolder('pairs'))}
        />
      </Field>
      {output !== null && (
        <FolderField
          label={t('pairs.into')}
          name={output.name}
          testId="choose-pairs"
          onClick={() => pairs.pickFolder('pairs')}
        />
      )}
      <NewFolderField name={below} testId="pairs-below" onChange={pairs.setBelow} />
    </div>
  );
}

function Which() {
  const { t } = useTranslation();
  const format = useFormat();
  const { set } = useActions().pairs;
  const id = useId();
  const draft = usePairs((all) => all.draft);
  const sizes = SIZES.includes(draft.size) ? SIZES : [...SIZES, draft.size].sort((a, b) => a - b);
  return (
    <div>
      <FieldHeading>{t('pairs.which')}</FieldHeading>
      <Field label={t('pairs.count')} htmlFor={`${id}-count`}>
        <WholeNumber
          id={`${id}-count`}
          testId="pairs-count"
          value={draft.pairs}
          onTyped={(n) => set({ pairs: pairsWithin(n) })}
        />
      </Field>
      <Field label={t('pairs.size')} htmlFor={`${id}-size`}>
        <Select
          id={`${id}-size`}
          testId="pairs-size"
          className="w-56"
          value={String(draft.size)}
          options={sizes.map((size) => ({
            value: String(size),
            label: t('pairs.pixels', { size: format.number(size, 0) }),
          }))}
          onChange={(size) => set({ size: Number(size) })}
        />
      </Field>
      <Field label={t('pairs.format')} htmlFor={`${id}-format`}>
        <Select<SynthesisSettings['format']>
          id={`${id}-format`}
          className="w-56"
          value={draft.format}
          options={PAIR_FORMATS.map((value) => ({ value, label: FORMAT_NAMES[value] }))}
          onChange={(chosen) => set({ format: chosen })}
        />
      </Field>
      <Field label={t('pairs.seed')} htmlFor={`${id}-seed`}>
        <WholeNumber
          id={`${id}-seed`}
          testId="pairs-seed"
          describedBy={`${id}-seed-hint`}
          value={draft.seed}
          onTyped={(n) => set({ seed: Math.max(0, Math.min(0xffffffff, Math.round(n))) })}
        />
      </Field>
      <FieldHint id={`${id}-seed-hint`}>{t('pairs.seedText')}</FieldHint>
    </div>
  );
}

interface WholeNumberProps {
  id: string;
  testId: string;
  describedBy?: string;
  value: number;
  onTyped(value: number): void;
}

function WholeNumber({ id, testId, describedBy, value, onTyped }: WholeNumberProps) {
  const { field } = useNumberInput(useFormat().number(value, 0), (typed) => typed !== null && onTyped(typed));
  return (
    <input
      id={id}
      data-testid={testId}
      aria-describedby={describedBy}
      {...field}
      className={`h-7 w-56 ${TEXT_FIELD}`}
    />
  );
}

function Damage() {
  const { t } = useTranslation();
  const { set } = useActions().pairs;
  const draft = usePairs((all) => all.draft);
  const overlays = usePairs((all) => all.overlays);
  const generators = useApp((all) => all.generators);
  const available = availableKinds({ overlays }, generators);
  return (
    <div>
      <FieldHeading>{t('pairs.kinds')}</FieldHeading>
      {DAMAGE_KINDS.map((kind) => (
        <Kind key={kind} kind={kind} isAvailable={available.includes(kind)} />
      ))}
      <FieldFault>{!available.some((kind) => draft.damage[kind]) && t('pairs.noKind')}</FieldFault>
      <div className="py-1">
        <Slider
          label={t('pairs.ageing')}
          value={draft.ageing}
          min={0}
          max={1}
          step={0.05}
          initial={1}
          factor={100}
          unit="%"
          testId="pairs-ageing"
          onChange={(ageing) => set({ ageing })}
        />
      </div>
    </div>
  );
}

/** One kind of damage: a switch, or why there is none. Pictures of damage need a folder first. */
function Kind({ kind, isAvailable }: { kind: DamageKind; isAvailable: boolean }) {
  const { t } = useTranslation();
  const { set, pickFolder } = useActions().pairs;
  const id = useId();
  const damage = usePairs(({ draft }) => draft.damage);
  const overlays = usePairs((all) => all.overlays);
  const isMissing = kind === 'synthesised' && !isAvailable;
  const isOn = damage[kind] && isAvailable;
  const change = (checked: boolean) => {
    if (checked && kind === 'overlay' && overlays === null) pickFolder('overlays');
    else set({ damage: { ...damage, [kind]: checked } });
  };
  return (
    <>
      <Field
        label={t(`pairs.damage.${kind}`)}
        htmlFor={id}
        hint={isMissing ? t('pairs.missing') : t(`pairs.damageText.${kind}`)}
        hintId={`${id}-hint`}
      >
        <Switch id={id} describedBy={`${id}-hint`} checked={isOn} disabled={isMissing} onChange={change} />
      </Field>
      {kind === 'overlay' && isOn && overlays !== null && (
        <div className="flex justify-end pb-1">
          <FolderButton name={overlays.name} testId="choose-overlays" onClick={() => pickFolder('overlays')} />
        </div>
      )}
    </>
  );
}
