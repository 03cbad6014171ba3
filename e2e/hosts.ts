import { spawnSync } from 'node:child_process';
import type { Page } from '@playwright/test';

/** The app in one of its hosts, as a story uses it. */
export interface Host {
  /** A folder for photos; the browser host's file picker is rooted in it. */
  album: string;
  /** Shows the window; nothing is open yet. */
  open(): Promise<void>;
  /** Hands photos over as a person would: by upload in the browser, by the system's dialog in Electron. */
  offer(...paths: string[]): Promise<void>;
  /** Chooses one photo of the album: in the page's own picker, or in the system's dialog. */
  choose(name: string): Promise<void>;
  /** Does what asks for a folder, and chooses that folder of the album. */
  chooseFolder(name: string, ask: () => Promise<void>): Promise<void>;
  /** Confirms the export dialog and answers the name that was given; the file is copied to `path`. */
  exportTo(path: string): Promise<string>;
  /** Lets a file be handed over, keeps it at `path` and answers the name that was given. */
  saved(path: string, handOver: () => Promise<void>): Promise<string>;
}

/** A host whose program can be ended in the middle of a story, because the tab does not go with it. */
export interface RestartableHost extends Host {
  /** Ends the program, by kill -9 or as a person would, and starts it anew on the same data in the same tab. */
  restart(how: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Ends the process that computes, by kill -9. */
  killEngine(): void;
  /** Does what opens a report, and shows it as the person would see it. */
  report(open: () => Promise<void>): Promise<Page>;
}

/** Ids of the processes that a process has started. */
export function childrenOf(pid: number): number[] {
  const { status, stdout } =
    process.platform === 'win32'
      ? spawnSync(
          'powershell',
          ['-NoProfile', '-Command', `(Get-CimInstance Win32_Process -Filter "ParentProcessId=${pid}").ProcessId`],
          { encoding: 'utf8' },
        )
      : spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
  const ids = (stdout ?? '').split(/\s+/).filter((id) => id !== '');
  if (status !== 0 || ids.length === 0) throw new Error(`The children of process ${pid} were not found.`);
  return ids.map(Number);
}
