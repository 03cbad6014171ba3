import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { GeneratorDecision, Inspection } from '../../contract/generators';
import { useActions, useActivePhoto, useLibrary } from '../state/context';
import { Button } from '../ui/Button';
import { Dialog } from '../ui/Dialog';
import { DisclosureButton } from '../ui/DisclosureButton';
import { TEXT_FIELD } from '../ui/Field';
import { Select } from '../ui/Select';
import { useFormat } from '../useFormat';
import { useSentences } from '../useSentences';
import { TrialPictures } from './TrialPictures';
import { useDecisionWords } from './words';

/** What was found out about a file: what is open is asked, everything can be changed, and it is tried on the open photo. */
export function AddDialog() {
  const inspection = useLibrary((state) => state.inspections[0] ?? null);
  // Its fields begin anew for each file.
  return inspection === null ? null : <Asked key={inspection.id} inspection={inspection} />;
}

function Asked({ inspection }: { inspection: Inspection }) {
  const { t } = useTranslation();
  const say = useSentences();
  const format = useFormat();
  const { library } = useActions();
  const id = useId();
  const answers = useLibrary((state) => state.answers);
  const failure = useLibrary((state) => state.failure);
  const adding = useLibrary((state) => state.adding);
  const [name, setName] = useState(inspection.name);
  const [all, setAll] = useState(false);
  const [asked] = useState(
    () => new Set(inspection.decisions.filter(({ confidence }) => confidence === 'open').map(({ field }) => field)),
  );
  const questions = inspection.decisions.filter(({ field }) => asked.has(field));
  const others = inspection.decisions.filter(({ field }) => !asked.has(field));
  const facts = [
    inspection.file,
    format.bytes(inspection.bytes),
    t('generators.parameters', { figure: format.number(inspection.parameters, 0) }),
    t('library.runs', { count: inspection.runs, seconds: format.number(inspection.seconds, 0) }),
  ];
  return (
    <Dialog
      title={t('library.title')}
      onClose={library.discard}
      width={720}
      testId="add-generator"
      footer={
        <>
          <p role="alert" className="mr-auto min-w-0 text-xs text-danger">
            {failure !== null
              ? say.failure(failure)
              : inspection.misfit !== null
                ? say.sentence(inspection.misfit)
                : ''}
          </p>
          <Button look="quiet" onClick={library.discard}>
            {t('common.cancel')}
          </Button>
          <Button
            look="primary"
            data-testid="add-confirm"
            disabled={adding || name.trim() === '' || inspection.misfit !== null}
            onClick={() => void library.add(name.trim())}
          >
            {t('library.add')}
          </Button>
        </>
      }
    >
      <label htmlFor={`${id}-name`} className="block text-xs text-secondary">
        {t('library.name')}
      </label>
      <input
        id={`${id}-name`}
        data-testid="generator-name"
        value={name}
        maxLength={120}
        onChange={(event) => setName(event.target.value)}
        className={`mt-1 h-7 w-full ${TEXT_FIELD}`}
      />
      <p className="mt-2 text-xs break-words text-secondary select-text">{facts.join(' · ')}</p>
      <Rights inspection={inspection} />

      <h3 className="mt-4 font-medium">
        {questions.length === 0 ? t('library.sure') : t('library.questions', { count: questions.length })}
      </h3>
      {questions.length > 0 && (
        <ul className="mt-2 space-y-3" data-testid="questions">
          {questions.map((decision) => (
            <Decision key={decision.field} decision={decision} answered={answers[decision.field]} isOpen />
          ))}
        </ul>
      )}

      <h3 className="mt-4 mb-2 font-medium">{t('library.preview')}</h3>
      <Preview inspection={inspection} />

      <div className="mt-4">
        <DisclosureButton
          open={all}
          controls={`${id}-all`}
          label={t('library.everything', { count: others.length })}
          testId="everything"
          onClick={() => setAll(!all)}
        />
      </div>
      <ul id={`${id}-all`} hidden={!all} className="mt-2 space-y-3" data-testid="decisions">
        {others.map((decision) => (
          <Decision key={decision.field} decision={decision} answered={answers[decision.field]} />
        ))}
      </ul>
    </Dialog>
  );
}

/** Whether the licence allows what people do with their photos, said in a sentence. */
function Rights({ inspection }: { inspection: Inspection }) {
  const { t } = useTranslation();
  const said = (field: string) => inspection.decisions.find((each) => each.field === field)?.value ?? '';
  const commercial = said('commercial');
  if (commercial === 'yes') return null;
  return (
    <p data-testid="rights" className="mt-1 text-xs">
      {t(commercial === 'no' ? 'library.nonCommercial' : 'library.rightsUnknown', { licence: said('licence') })}
    </p>
  );
}

/** Why some nets cannot be tried on a crop, by their task. */
const NO_TRIAL: Readonly<Record<string, 'library.findsDamage' | 'library.findsFaces'>> = {
  detect: 'library.findsDamage',
  'find-face': 'library.findsFaces',
};

function Preview({ inspection }: { inspection: Inspection }) {
  const { t } = useTranslation();
  const candidate = useLibrary((state) => state.candidate);
  const photo = useActivePhoto();
  if (!inspection.isUsed) {
    return <p className="text-xs text-secondary">{t('library.unused')}</p>;
  }
  if (!inspection.canTry) {
    const task = inspection.decisions.find(({ field }) => field === 'task')?.value;
    return <p className="text-xs text-secondary">{t(NO_TRIAL[task ?? ''] ?? 'models.exampleToTry')}</p>;
  }
  if (photo?.photo == null) return <p className="text-xs text-secondary">{t('library.noPhoto')}</p>;
  return <TrialPictures state={candidate} />;
}

interface DecisionProps {
  decision: GeneratorDecision;
  answered: string | undefined;
  isOpen?: boolean;
}

/** One decision, with its confidence and why. */
function Decision({ decision, answered, isOpen = false }: DecisionProps) {
  const { t } = useTranslation();
  const say = useSentences();
  const words = useDecisionWords();
  const { library } = useActions();
  const id = useId();
  const { field, choices, because } = decision;
  const value = answered ?? decision.value;
  const label = words.field(field);
  const confidence = t(`models.confidence.${decision.said ? 'said' : decision.confidence}`);
  const change = (next: string) => void library.answer(field, next);
  return (
    <li data-testid={`decision-${field}`}>
      <div className="flex items-center gap-3">
        <span id={id} className={`w-48 shrink-0 ${isOpen ? '' : 'text-secondary'}`}>
          {label}
        </span>
        {choices === null ? (
          <Text value={value} label={label} onChange={change} />
        ) : choices.length === 0 ? (
          <code className="min-w-0 grow text-xs break-words select-text">{value}</code>
        ) : (
          <Select
            label={label}
            value={value}
            className="min-w-0 grow"
            describedBy={`${id}-why`}
            options={choices.map((choice) => ({ value: choice, label: words.value(field, choice) }))}
            onChange={change}
          />
        )}
        <span
          className={`w-28 shrink-0 text-right text-xs ${decision.confidence === 'open' ? 'text-accent' : 'text-secondary'}`}
        >
          {confidence}
        </span>
      </div>
      {because.length > 0 && (
        <p id={`${id}-why`} className="mt-0.5 ml-[12.75rem] text-xs break-words text-secondary">
          {because.map((message) => say.sentence(message)).join(' ')}
        </p>
      )}
    </li>
  );
}

/** A text that counts once it is left, so that not every letter is tried. */
function Text({ value, label, onChange }: { value: string; label: string; onChange(value: string): void }) {
  const [text, setText] = useState(value);
  return (
    <input
      aria-label={label}
      value={text}
      maxLength={500}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => text !== value && onChange(text)}
      onKeyDown={(event) => event.key === 'Enter' && text !== value && onChange(text)}
      className={`h-7 min-w-0 grow ${TEXT_FIELD}`}
    />
  );
}
