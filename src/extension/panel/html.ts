/** Addresses of the view's files, as the editor serves them to it. */
export interface ViewFiles {
  readonly script: string;
  readonly styles: readonly string[];
  /** The origin those files come from, for the content security policy. */
  readonly source: string;
}

/**
 * The page of a log view. Nothing but its own script runs and nothing is loaded from elsewhere; the only
 * inline thing is the nonce.
 */
export function logViewHtml({ script, styles, source }: ViewFiles, nonce: string, language: string): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${source} 'nonce-${nonce}'`,
    `font-src ${source}`,
    `img-src ${source} data:`,
  ].join('; ');
  const links = styles.map((href) => `<link rel="stylesheet" href="${escapeAttribute(href)}" nonce="${nonce}">`);
  // The icon font's sheet is looked up by this id to be used inside components.
  const [icons, ...rest] = links;
  return `<!DOCTYPE html>
<html lang="${escapeAttribute(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="modulepreload" href="${escapeAttribute(script)}" nonce="${nonce}">
${[icons?.replace('<link', '<link id="vscode-codicon-stylesheet"'), ...rest].join('\n')}
<script type="module" src="${escapeAttribute(script)}" nonce="${nonce}"></script>
</head>
<body></body>
</html>`;
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
