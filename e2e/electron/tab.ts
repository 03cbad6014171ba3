import type { BrowserContext, Page, Route } from '@playwright/test';
import { world } from './world.mjs';

/**
 * The tab that stands for the window. Chromium does not know the schemes of the program, and gives unknown ones neither an
 * origin nor cross-origin requests. So the tab shows them as https addresses under names that are reserved and lead
 * nowhere: `app://emulsion/` is `https://emulsion.app.invalid/`. The translation happens here alone: in the addresses of
 * requests, in the headers of answers, and in what crosses the bridge. Requests never reach a network.
 */
const SCHEMES = ['app', 'photo'];

/** Text of the program for the tab. */
const toTab = (text: string) => text.replace(/\b(app|photo):\/\/([a-z]+)/g, 'https://$2.$1.invalid');
/** Text of the tab for the program. */
export const toProgram = (text: string) => text.replace(/https:\/\/([a-z]+)\.(app|photo)\.invalid/g, '$2://$1');

/** Whether the tab asks the program for this address, and nobody else. */
export function isOfProgram(url: string): boolean {
  const { protocol } = new URL(toProgram(url));
  return SCHEMES.includes(protocol.slice(0, -1));
}

function translated(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map((each) => translated(each, change));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, translated(each, change)]));
}

interface Asked {
  error?: string;
  status: number;
  headers: Record<string, string>;
  body: Uint8Array;
}

interface FromPage {
  channel?: string;
  permission?: string;
  key?: Keys;
}

export interface Keys {
  key: string;
  ctrl: boolean;
  meta: boolean;
  shift: boolean;
  alt: boolean;
}

const BINDING = '__toProgram';
const RECEIVER = '__fromProgram';
type Receiver = {
  receive(channel: string, parameters: unknown[]): void;
  expectDrop(paths: readonly string[]): void;
};

/** What the tab needs of the program that runs now. */
export interface TabProgram {
  ask(kind: string, body?: unknown): Promise<unknown>;
  /** A key that the page has left to the menu. */
  pressed(keys: Keys): void;
}

export interface Tab {
  /** The program that answers from now on; null: none does. */
  serve(program: TabProgram | null): void;
  /** The preload script of the window that was opened, and its size. */
  prepare(preload: string, size: { width: number; height: number }): Promise<void>;
  /** Shows a page of the program. Returns the error as Electron names it, or null. */
  load(url: string): Promise<string | null>;
  send(channel: string, parameters: unknown[]): void;
  /** Does what a role of the menu does to the page. */
  perform(role: string): Promise<void>;
  setTheme(source: 'system' | 'dark' | 'light'): Promise<void>;
  /** The window has gone. */
  empty(): Promise<void>;
  /** Drops files from the system onto the window. */
  drop(paths: readonly string[]): Promise<void>;
}

export async function openTab(page: Page): Promise<Tab> {
  const context = page.context();
  let program: TabProgram | null = null;
  let preload = '';
  /** The address that the program itself has asked for: no navigation of the page. */
  let loading: string | null = null;
  const ask = async (kind: string, body?: unknown) => {
    if (program === null) throw new Error('the window has no program');
    return program.ask(kind, body);
  };

  await page.exposeBinding(BINDING, async ({ frame }, message: FromPage) => {
    if (message.permission !== undefined) return ask('permission', message.permission);
    if (message.key !== undefined) return program?.pressed(message.key);
    const isMainFrame = frame === page.mainFrame();
    const about = { url: toProgram(frame.url()), isMainFrame };
    const answer = await ask('invoke', { ...(translated(message, toProgram) as object), ...about });
    return translated(answer, toTab);
  });
  await route(context, page, {
    ask,
    isLoading: (url) => loading === url,
  });
  page.on('popup', async (popup) => {
    if ((await ask('openWindow', toProgram(popup.url()))) === 'deny') await popup.close();
  });
  page.on('download', async (download) => {
    if (await ask('download')) await download.cancel();
  });

  let isPrepared = false;
  /** The window was closed: a load that comes late shows nothing. */
  let isGone = false;
  const tab: Tab = {
    serve(next) {
      program = next;
    },
    async prepare(text, size) {
      isGone = false;
      await page.setViewportSize(size);
      // Playwright keeps a script for good; a program that is started anew has the same one.
      if (isPrepared && text !== preload) throw new Error('not in the stand-in: another preload script');
      if (isPrepared) return;
      isPrepared = true;
      preload = text;
      const names = JSON.stringify({ binding: BINDING, receiver: RECEIVER });
      await page.addInitScript(`(${world.toString()})((require, module, exports) => {\n${preload}\n}, ${names})`);
    },
    async load(url) {
      if (isGone) return 'ERR_ABORTED';
      loading = toTab(url);
      try {
        await page.goto(loading);
        return null;
      } catch (error) {
        return /net::(\S+)/.exec(String(error))?.[1] ?? `ERR_FAILED (${String(error)})`;
      } finally {
        loading = null;
      }
    },
    send(channel, parameters) {
      page
        .evaluate(
          ({ receiver, name, values }) =>
            (window as unknown as Record<string, Receiver | undefined>)[receiver]?.receive(name, values),
          { receiver: RECEIVER, name: channel, values: translated(parameters, toTab) as unknown[] },
        )
        // As in Electron, a message to a page that is going is lost.
        .catch(() => {});
    },
    async perform(role) {
      await page.evaluate((command) => void document.execCommand(command), role);
    },
    setTheme: (source) => page.emulateMedia({ colorScheme: source === 'system' ? null : source }),
    async empty() {
      isGone = true;
      await page.goto('about:blank').catch(() => {});
    },
    async drop(paths) {
      await page.evaluate(
        ({ receiver, dropped }) => (window as unknown as Record<string, Receiver>)[receiver]!.expectDrop(dropped),
        { receiver: RECEIVER, dropped: paths },
      );
      const session = await context.newCDPSession(page);
      const { width, height } = page.viewportSize()!;
      const data = { items: [], files: [...paths], dragOperationsMask: 1 };
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
        await session.send('Input.dispatchDragEvent', { type, x: width / 2, y: height / 2, data });
      }
      await session.detach();
    },
  };
  return tab;
}

/** Every request of the tab is answered by the program, or by nobody. */
async function route(
  context: BrowserContext,
  page: Page,
  { ask, isLoading }: { ask: (kind: string, body?: unknown) => Promise<unknown>; isLoading: (url: string) => boolean },
): Promise<void> {
  const answer = async (route: Route) => {
    const request = route.request();
    const url = toProgram(request.url());
    if (request.isNavigationRequest() && !isLoading(request.url())) {
      const isMainFrame = request.frame() === page.mainFrame();
      if (await ask('navigate', { url, isMainFrame })) return route.abort('aborted');
    }
    const asked = (await ask('request', { url, method: request.method(), headers: {} })) as Asked;
    if (asked.error !== undefined) return route.abort(asked.error);
    const { status, headers, body } = asked;
    return route.fulfill({
      status,
      headers: translated(headers, toTab) as Record<string, string>,
      body: Buffer.from(body),
    });
  };
  await context.route(/.*/, async (each) => {
    try {
      await answer(each);
    } catch {
      // The page, the window or the program went away meanwhile.
      await each.abort('failed').catch(() => {});
    }
  });
}
