import type { Photo } from '../../contract/photo';
import { SelectionBar } from '../many/SelectionBar';
import { Panel } from '../recipe/Panel';
import { useActivePhoto, useView } from '../state/context';
import type { OpenPhoto } from '../state/model';
import { StatusLine } from '../status/StatusLine';
import { BatchOffer } from './BatchOffer';
import { EditOffer } from './EditOffer';
import { EmptyState } from './EmptyState';
import { Filmstrip } from './Filmstrip';
import { useFoundPlaces } from './review/useFoundPlaces';
import { TopBar } from './TopBar';
import { Viewer } from './Viewer';

/** The main page: the photo, the panel with its steps, and the status line. */
export function Darkroom() {
  const entry = useActivePhoto();
  const panelOpen = useView((state) => state.panelOpen);
  return (
    <div className="flex h-full flex-col">
      <TopBar />
      <div className="flex min-h-0 grow">
        <main className="flex min-w-0 grow flex-col">
          {entry !== null && <BatchOffer entry={entry} />}
          {entry !== null && <EditOffer entry={entry} />}
          <div className="min-h-0 grow">
            {entry === null ? <EmptyState /> : <Viewer key={entry.key} entry={entry} />}
          </div>
          <SelectionBar />
          <Filmstrip />
        </main>
        {entry !== null && panelOpen && <Panel key={entry.key} entry={entry} />}
      </div>
      {entry?.photo != null && <FoundPlaces key={entry.key} entry={entry} photo={entry.photo} />}
      <StatusLine />
    </div>
  );
}

/** Counts the places of the repair, whatever the viewer and the panel show. */
function FoundPlaces({ entry, photo }: { entry: OpenPhoto; photo: Photo }) {
  useFoundPlaces(entry, photo);
  return null;
}
