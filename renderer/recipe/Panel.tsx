import { Tabs } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { useActions, useView } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { PANEL_TABS, type PanelTab } from '../state/view';
import { Styles } from '../styles/Styles';
import { Details } from './Details';
import { History } from './History';
import { Restore } from './Restore';

/** The panel at the right: steps, styles, details and history. */
export function Panel({ entry }: { entry: OpenPhoto }) {
  const { t } = useTranslation();
  const { showTab } = useActions().view;
  const tab = useView((state) => state.tab);
  return (
    <aside aria-label={t('panel.label')} className="flex w-80 shrink-0 flex-col border-l border-line bg-panel">
      <Tabs.Root
        value={tab}
        onValueChange={(value) => showTab(value as PanelTab)}
        className="flex min-h-0 grow flex-col"
      >
        <Tabs.List className="flex h-9 shrink-0 border-b border-line px-2">
          {PANEL_TABS.map((each) => (
            <Tabs.Trigger
              key={each}
              value={each}
              data-testid={`tab-${each}`}
              className="-mb-px border-b-2 border-transparent px-2.5 text-secondary outline-offset-[-2px] transition-colors hover:text-text data-[state=active]:border-accent data-[state=active]:text-text"
            >
              {t(`panel.${each}`)}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        <Tabs.Content value="restore" tabIndex={-1} className="min-h-0 grow overflow-y-auto p-3">
          <Restore entry={entry} />
        </Tabs.Content>
        <Tabs.Content value="style" tabIndex={-1} className="min-h-0 grow overflow-y-auto p-3">
          <Styles entry={entry} />
        </Tabs.Content>
        <Tabs.Content value="details" tabIndex={-1} className="min-h-0 grow overflow-y-auto p-3">
          <Details entry={entry} />
        </Tabs.Content>
        <Tabs.Content value="history" tabIndex={-1} className="min-h-0 grow overflow-y-auto p-3">
          <History entry={entry} />
        </Tabs.Content>
      </Tabs.Root>
    </aside>
  );
}
