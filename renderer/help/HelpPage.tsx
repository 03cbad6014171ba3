import { useTranslation } from 'react-i18next';
import { Page } from '../Page';
import { useActions } from '../state/context';
import { Button } from '../ui/Button';
import { keyOf } from '../ui/keys';
import { Drawing, TOPICS, type Topic } from './Drawing';

const STEPS = ['one', 'two', 'three', 'four', 'five'] as const;

/** What people come for, each in five steps with a drawing. */
export function HelpPage() {
  const { t } = useTranslation();
  const { view } = useActions();
  return (
    <Page
      testId="help"
      title={t('help.title')}
      buttons={
        <Button title={keyOf('keys')} onClick={() => view.show('keys')}>
          {t('help.keys')}
        </Button>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: text alone is scrolled by the keys. */}
      <div tabIndex={0} className="min-h-0 grow overflow-y-auto p-6 outline-offset-[-2px]">
        <div className="mx-auto max-w-6xl">
          <p className="text-secondary">{t('help.intro')}</p>
          <div className="mt-4 grid gap-4 lg:grid-cols-2">
            {TOPICS.map((topic) => (
              <Card key={topic} topic={topic} />
            ))}
          </div>
        </div>
      </div>
    </Page>
  );
}

function Card({ topic }: { topic: Topic }) {
  const { t } = useTranslation();
  return (
    <section
      aria-labelledby={`help-${topic}`}
      className="flex gap-4 rounded-md border border-line bg-raised p-4 select-text"
    >
      <Drawing of={topic} />
      <div className="min-w-0">
        <h2 id={`help-${topic}`} className="font-medium">
          {t(`help.topics.${topic}.title`)}
        </h2>
        <ol className="mt-1 list-decimal space-y-0.5 pl-4 text-secondary">
          {STEPS.map((step) => (
            <li key={step}>{t(`help.topics.${topic}.${step}`)}</li>
          ))}
        </ol>
      </div>
    </section>
  );
}
