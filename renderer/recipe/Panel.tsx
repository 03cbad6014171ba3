import { Palette } from 'lucide-react';
import { Tabs } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import type { OpenPhoto } from '../state/model';
import { Details } from './Details';
import { Restore } from './Restore';

const TABS = ['restore', 'style', 'details'] as const;

/** What is done to the photo, and what is known of it. */
export function Panel({ entry }: { entry: OpenPhoto }) {
  const { t } = useTranslation();
  return (
    <aside aria-label={t('panel.label')} className="flex w-80 shrink-0 flex-col border-l border-line bg-panel">
      <Tabs.Root defaultValue="restore" className="flex min-h-0 grow flex-col">
        <Tabs.List className="flex h-9 shrink-0 border-b border-line px-2">
          {TABS.map((tab) => (
            <Tabs.Trigger
              key={tab}
              value={tab}
              data-testid={`tab-${tab}`}
              className="-mb-px border-b-2 border-transparent px-3 text-secondary outline-offset-[-2px] transition-colors hover:text-text data-[state=active]:border-accent data-[state=active]:text-text"
            >
              {t(`panel.${tab}`)}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <Tabs.Content value="restore" tabIndex={-1} className="min-h-0 grow overflow-y-auto p-3">
          <Restore entry={entry} />
        </Tabs.Content>
        <Tabs.Content value="style" tabIndex={-1} className="min-h-0 grow overflow-y-auto p-3">
          <div className="flex flex-col items-center px-4 pt-16 text-center">
            <Palette size={24} strokeWidth={1} aria-hidden="true" className="text-secondary" />
            <h2 className="mt-3 font-medium">{t('style.title')}</h2>
            <p className="mt-1 text-balance text-secondary">{t('style.text')}</p>
          </div>
        </Tabs.Content>
        <Tabs.Content value="details" tabIndex={-1} className="min-h-0 grow overflow-y-auto p-3">
          <Details entry={entry} />
        </Tabs.Content>
      </Tabs.Root>
    </aside>
  );
}
