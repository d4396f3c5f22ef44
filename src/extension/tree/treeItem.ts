import { MarkdownString, ThemeColor, ThemeIcon, TreeItem, TreeItemCollapsibleState } from 'vscode';
import { badgeUri } from './badges.ts';
import type { Look } from './look.ts';
import type { TreeNode } from './nodes.ts';
import type { Tooltip } from './tooltip.ts';

const collapsible: Record<Look['expands'], TreeItemCollapsibleState> = {
  no: TreeItemCollapsibleState.None,
  collapsed: TreeItemCollapsibleState.Collapsed,
  expanded: TreeItemCollapsibleState.Expanded,
};

export function treeItem(node: TreeNode, look: Look): TreeItem {
  const item = new TreeItem(look.label, collapsible[look.expands]);
  item.id = node.id;
  item.description = look.description;
  item.contextValue = look.context;
  item.iconPath = new ThemeIcon(
    look.icon.id,
    look.icon.colour === undefined ? undefined : new ThemeColor(look.icon.colour),
  );
  if (look.badge !== undefined) item.resourceUri = badgeUri(look.badge);
  item.accessibilityInformation = { label: look.accessible, role: 'treeitem' };
  const command = commandOf(node, look);
  if (command) item.command = { command, title: look.label, arguments: [node] };
  return item;
}

/** What a click does; everything else expands. A step with one host opens that host's log, a job its own. */
function commandOf(node: TreeNode, look: Look): string | undefined {
  if (node.kind === 'host') return 'executionLogs.openLog';
  if (node.kind === 'step' && /\bsingle\b/.test(look.context)) return 'executionLogs.openLog';
  if (node.kind === 'execution' && /\bjob\b/.test(look.context)) return 'executionLogs.openLog';
  if (node.kind === 'more') return 'executionLogs.loadMore';
  if (node.kind === 'offline' || /^connection .*\boffline\b/.test(look.context)) return 'executionLogs.connect';
  if (node.kind === 'error')
    return /\bunauthorized\b/.test(look.context) ? 'executionLogs.signIn' : 'executionLogs.retry';
  return undefined;
}

/** Everything in it may come from a log or a stranger: it is appended as text and the markdown is not trusted. */
export function tooltipMarkdown({ title, facts, message }: Tooltip): MarkdownString {
  const markdown = new MarkdownString();
  markdown.appendMarkdown('**').appendText(title).appendMarkdown('**\n\n');
  for (const [name, value] of facts) markdown.appendText(`${name}: ${value}`).appendMarkdown('  \n');
  if (message) markdown.appendMarkdown('\n---\n').appendText(message.slice(0, 2_000));
  return markdown;
}
