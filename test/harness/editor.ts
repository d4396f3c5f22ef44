import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Frame, type Page } from 'playwright-core';
import { chromiumLaunch } from '../../scripts/chromium.ts';
import { scratchFolder } from '../../scripts/scratchFolder.ts';
import { startVscodeServer, type VscodeServer } from '../../scripts/vscodeServer.ts';
import { projectFolder } from './projectFolder.ts';

export interface EditorOptions {
  /** The extension: a folder to develop in, or a VSIX to install. Default: this project, as built. */
  readonly extension?: { readonly developmentPath: string } | { readonly vsix: string };
  /** A script for the extension host to run instead of waiting for a user; see `runTests`. */
  readonly testsPath?: string;
  /** Copied and opened; default: an empty folder. */
  readonly workspace?: string;
  /** The workspace's settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: NodeJS.ProcessEnv;
  readonly theme?: 'light' | 'dark';
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Real device pixels per CSS pixel. */
  readonly scale?: number;
  /** As VS Code names it: en, zh-cn. */
  readonly language?: string;
  readonly workspaceTrust?: boolean;
}

/** A window of a real VS Code, and everything needed to drive it. */
export interface Editor extends AsyncDisposable {
  readonly page: Page;
  /** The folder that is open. */
  readonly workspace: string;
  /** The `EXECLOGS_HOME` of everything that runs in the editor. */
  readonly home: string;
  /** Runs a command by its title, as the palette shows it. */
  runCommand(title: string): Promise<void>;
  /** The inner frame of the webview that holds something this selector finds. */
  webview(selector: string): Promise<Frame>;
  /** Loads the window anew by the editor's own command, which keeps what is to be kept, and waits for it. */
  reload(): Promise<void>;
}

/** Opens a window and waits until the workbench is there. The folder of everything it writes goes with it. */
export async function openEditor(options: EditorOptions = {}): Promise<Editor> {
  const { editor, ready } = await launch(options);
  try {
    await ready();
  } catch (error) {
    await editor[Symbol.asyncDispose]();
    throw error;
  }
  return editor;
}

export interface TestRun {
  readonly testsPath: string;
  readonly env?: NodeJS.ProcessEnv;
}

export interface TestEnd {
  readonly code: number;
  /** What the editor and its extensions logged. */
  readonly output: string;
}

/** Opens a window whose extension host runs `testsPath`, and waits for its end. */
export async function runTests(options: EditorOptions & TestRun): Promise<TestEnd> {
  const lines: string[] = [];
  const ended = Promise.withResolvers<number>();
  const { editor } = await launch(options, async (context) => {
    await context.exposeFunction('codeAutomationLog', (_type: string, words: readonly unknown[]) => {
      lines.push(words.map((word) => (typeof word === 'string' ? word : JSON.stringify(word))).join(' '));
    });
    await context.exposeFunction('codeAutomationExit', (code: number) => {
      ended.resolve(code);
    });
  });
  await using _ = editor;
  return { code: await ended.promise, output: lines.join('\n') };
}

async function launch(
  options: EditorOptions,
  prepare?: (context: BrowserContext) => Promise<void>,
): Promise<{ editor: Editor; ready: () => Promise<void> }> {
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(await scratchFolder('editor'));
  const home = join(folder, 'home');
  const workspace = await prepareWorkspace(folder, options);
  const extension = options.extension ?? { developmentPath: projectFolder };
  const server = stack.use(
    await startVscodeServer({
      folder,
      env: { EXECLOGS_HOME: home, ...options.env },
      ...('vsix' in extension && extension),
      ...(options.workspaceTrust && { workspaceTrust: true }),
    }),
  );
  const context = await openBrowser(folder, options);
  stack.defer(() => context.close());
  await prepare?.(context);
  await presetWindow(context, options);
  const page = context.pages()[0] ?? (await context.newPage());
  const url = windowUrl(server, workspace, extension, options.testsPath);
  await page.goto(url, { waitUntil: 'commit' });
  const owned = stack.move();
  const ready = () => waitForWorkbench(page);
  const editor: Editor = {
    page,
    workspace,
    home,
    runCommand: (title) => runCommand(page, title),
    webview: (selector) => findWebview(page, selector),
    async reload() {
      const loaded = page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame());
      await runCommand(page, 'Developer: Reload Window');
      await loaded;
      await ready();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
  return { editor, ready };
}

function windowUrl(
  server: VscodeServer,
  folder: string,
  extension: NonNullable<EditorOptions['extension']>,
  testsPath?: string,
): string {
  return server.windowUrl({
    folder,
    ...('developmentPath' in extension && extension),
    ...(testsPath !== undefined && { testsPath }),
  });
}

async function prepareWorkspace(folder: string, options: EditorOptions): Promise<string> {
  const workspace = join(folder, 'workspace');
  if (options.workspace === undefined) await mkdir(workspace);
  else await cp(options.workspace, workspace, { recursive: true });
  if (options.settings) {
    await mkdir(join(workspace, '.vscode'), { recursive: true });
    await writeFile(join(workspace, '.vscode/settings.json'), JSON.stringify(options.settings, undefined, 2));
  }
  return workspace;
}

async function openBrowser(folder: string, options: EditorOptions): Promise<BrowserContext> {
  const scale = options.scale === undefined ? [] : [`--force-device-scale-factor=${String(options.scale)}`];
  return await chromium.launchPersistentContext(join(folder, 'browser'), {
    ...chromiumLaunch(scale),
    viewport: options.viewport ?? { width: 1280, height: 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
}

/** Nothing but the extension is to be seen: no welcome, no tips, no assistants, no news. */
const quietSettings = {
  'chat.disableAIFeatures': true,
  'extensions.ignoreRecommendations': true,
  'git.openRepositoryInParentFolders': 'never',
  'update.showReleaseNotes': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** In the web editor user settings live in the browser; defaults can be given with the page that opens it. */
async function presetWindow(context: BrowserContext, { theme, language }: EditorOptions): Promise<void> {
  const configurationDefaults = {
    ...quietSettings,
    'workbench.colorTheme': theme === 'light' ? 'Default Light Modern' : 'Default Dark Modern',
  };
  await context.addInitScript(`
    new MutationObserver((_, observer) => {
      const place = document.getElementById('vscode-workbench-web-configuration');
      if (!place) return;
      observer.disconnect();
      const configurationDefaults = ${JSON.stringify(configurationDefaults)};
      place.dataset.settings = JSON.stringify({ configurationDefaults, ...JSON.parse(place.dataset.settings) });
    }).observe(document, { childList: true, subtree: true });
  `);
  // The editor's own words in other languages would have to be downloaded; the extension's are its own.
  if (language !== undefined)
    await context.addInitScript(`globalThis._VSCODE_NLS_LANGUAGE = ${JSON.stringify(language)};`);
}

/** Waits until what was open before is open again; the editor's own smoke test driver tells. */
async function waitForWorkbench(page: Page): Promise<void> {
  await page.waitForFunction('globalThis.driver !== undefined', undefined, { timeout: 60_000 });
  await page.evaluate('driver.whenWorkbenchRestored()');
}

/** A young window loses keys, and its palette lists no extension's command before that is known: asks again. */
async function runCommand(page: Page, title: string): Promise<void> {
  const input = page.locator('.quick-input-widget .quick-input-box input');
  const row = page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
  for (let attempt = 0; ; attempt++) {
    await page.keyboard.press('F1');
    try {
      await input.fill(`>${title}`, { timeout: 3_000 });
      await row.click({ timeout: 3_000 });
      return;
    } catch (error) {
      if (attempt === 10) throw error;
      await page.keyboard.press('Escape');
    }
  }
}

/** Webviews stand in a frame within a frame; both come and go while the editor lays out. */
async function findWebview(page: Page, selector: string): Promise<Frame> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    for (const frame of page.frames())
      if (frame.url().includes('fake.html') && (await holds(frame, selector))) return frame;
    await page.evaluate('new Promise(requestAnimationFrame)');
  }
  const frames = page.frames().map((frame) => frame.url());
  throw new Error(`no webview holds ${selector}; there are ${frames.join(' ')}`);
}

async function holds(frame: Frame, selector: string): Promise<boolean> {
  try {
    return (await frame.locator(selector).count()) > 0;
  } catch {
    // The frame went while it was asked.
    return false;
  }
}
