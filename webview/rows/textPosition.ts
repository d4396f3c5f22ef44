/** The text nodes of a row, in order; chips and marks have none. */
function* textNodes(content: Node): Generator<Text> {
  const walker = document.createTreeWalker(content, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) if (node instanceof Text) yield node;
}

/** A range over columns `from` to `to` (exclusive) of a row's text. */
export function rangeOf(content: Node, from: number, to: number): StaticRange | undefined {
  let at = 0;
  let start: { node: Text; offset: number } | undefined;
  for (const node of textNodes(content)) {
    const end = at + node.length;
    if (!start && from < end) start = { node, offset: from - at };
    if (start && to <= end) return staticRange(start, { node, offset: to - at });
    at = end;
  }
  const last = [...textNodes(content)].at(-1);
  return start && last ? staticRange(start, { node: last, offset: last.length }) : undefined;
}

/** Where columns of a row's text are on the screen. */
export function boxOf(content: Node, from: number, to: number): DOMRect | undefined {
  const range = rangeOf(content, from, to);
  if (!range) return undefined;
  const live = document.createRange();
  live.setStart(range.startContainer, range.startOffset);
  live.setEnd(range.endContainer, range.endOffset);
  return live.getBoundingClientRect();
}

/** The column nearest to a point of the screen. */
export function columnAt(content: HTMLElement, x: number, y: number): number {
  let at = 0;
  const nodes = [...textNodes(content)];
  for (const [index, node] of nodes.entries()) {
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = [...range.getClientRects()];
    const reaches = boxes.some((box) => y < box.bottom && (y < box.top || x < box.right));
    if (reaches || index === nodes.length - 1) return at + offsetIn(node, x, y);
    at += node.length;
  }
  return at;
}

/** By halves: characters of a text node stand in reading order, line after line. */
function offsetIn(node: Text, x: number, y: number): number {
  const range = document.createRange();
  let low = 0;
  let high = node.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    range.setStart(node, middle);
    range.setEnd(node, middle + 1);
    const box = range.getBoundingClientRect();
    const isBefore = y >= box.bottom || (y >= box.top && x >= box.left + box.width / 2);
    if (isBefore) low = middle + 1;
    else high = middle;
  }
  return low;
}

function staticRange(start: { node: Text; offset: number }, end: { node: Text; offset: number }): StaticRange {
  return new StaticRange({
    startContainer: start.node,
    startOffset: start.offset,
    endContainer: end.node,
    endOffset: end.offset,
  });
}
