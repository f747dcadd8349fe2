// A tree as a list in preorder → what of it is drawn, and where: the way of the current row whole, the rest as far as it fits.

/** So many ends are drawn at most beside the row's way; what is below becomes a stub with a count. */
const MOST_ENDS = 14;

/** Links the nodes: children, depth, and how many leaves are below each. Not recursive: a hostile tree may be very deep. */
export function linked(nodes) {
  const tree = nodes.map((node, i) => ({ ...node, i, depth: 0, leaves: node.leaf ? 1 : 0, parent: -1 }));
  const open = [];
  tree.forEach((node, i) => {
    const parent = open.at(-1);
    if (parent) {
      node.parent = parent.i;
      node.depth = parent.depth + 1;
      if (parent.left === undefined) parent.left = i;
      else {
        parent.right = i;
        open.pop();
      }
    }
    if (!node.leaf) open.push(node);
  });
  // Children come after their parents, so that a count from the end has them all.
  for (let i = tree.length - 1; i > 0; i--) tree[tree[i].parent].leaves += tree[i].leaves;
  return tree;
}

/** The way of a row of columns through a tree: the places of its nodes. */
export function wayOf(tree, columns, rounds) {
  const way = [0];
  for (let node = tree[0]; !node.leaf; node = tree[way.at(-1)]) {
    const x = rounds ? Math.fround(columns[node.column]) : columns[node.column];
    way.push(goesLeft(node, x) ? node.left : node.right);
  }
  return way;
}

function goesLeft({ threshold, set, missingLeft }, x) {
  if (Number.isNaN(x)) return missingLeft;
  if (set === undefined) return x <= threshold;
  const category = Math.trunc(x);
  return category >= 0 && (((set[category >> 5] ?? 0) >>> (category & 31)) & 1) === 1;
}

/** What is drawn: `{ node, x, y, stub }`, `x` the depth, `y` the place among the ends, in order. */
export function layout(tree, way) {
  const shown = visible(tree, new Set(way));
  const boxes = new Map();
  let ends = 0;
  for (const node of tree) {
    const inside = node.parent < 0 || shown.has(node.parent);
    if (!inside) continue;
    const isEnd = !shown.has(node.i);
    boxes.set(node.i, { node, x: node.depth, y: isEnd ? ends++ : 0, stub: isEnd && !node.leaf });
  }
  for (const box of [...boxes.values()].reverse()) {
    if (shown.has(box.node.i)) box.y = (boxes.get(box.node.left).y + boxes.get(box.node.right).y) / 2;
  }
  return { boxes, ends, depth: Math.max(...[...boxes.values()].map(({ x }) => x)) };
}

/** The splits whose two sides are drawn: those of the row's way, and level after level while there is room. */
function visible(tree, way) {
  const shown = new Set([...way].filter((i) => !tree[i].leaf));
  let room = Math.max(2, MOST_ENDS - shown.size);
  for (let level = [tree[0]]; level.length > 0; ) {
    const splits = level.filter((node) => !node.leaf);
    const added = splits.filter((node) => !shown.has(node.i));
    if (added.length > room) break;
    room -= added.length;
    for (const node of added) shown.add(node.i);
    level = splits.flatMap((node) => [tree[node.left], tree[node.right]]);
  }
  return shown;
}
