import { findProgram } from './findProgram.ts';

/**
 * How Playwright launches the system's Chromium: asks nothing of the network, works as root and without a
 * display or a graphics card. Without one on the PATH Playwright looks for its own.
 */
export function chromiumLaunch(more: readonly string[] = []): { executablePath?: string; args: string[] } {
  const executablePath = process.env['CHROMIUM'] ?? findProgram('chromium', 'google-chrome');
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    ...more,
  ];
  return executablePath === undefined ? { args } : { executablePath, args };
}
