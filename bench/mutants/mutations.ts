/** The mistakes that are put into a source file: small, of the kind that the compiler lets through. */

import ts from "typescript";

/** One mistake: `node` becomes `text`. A statement is removed, `text` is then empty. */
export interface Mutation {
  readonly node: ts.Node;
  readonly text: string;
}

const binary: Readonly<Record<string, readonly string[]>> = {
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "**": ["*"],
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "&&": ["||"],
  "||": ["&&"],
  "&": ["|"],
  "|": ["&"],
  "^": ["&"],
  "<<": [">>"],
  ">>": ["<<"],
  ">>>": ["<<"],
  "+=": ["-=", "="],
  "-=": ["+="],
  "*=": ["/="],
  "/=": ["*="],
};

const methods: Readonly<Record<string, string>> = {
  min: "max",
  max: "min",
  floor: "ceil",
  ceil: "floor",
  some: "every",
  every: "some",
};

/** Every mutation of a file, in the order of its text. Texts (messages, names, keys) are left as they are. */
export function mutationsOf(file: ts.SourceFile, checker: ts.TypeChecker): Mutation[] {
  const found: Mutation[] = [];
  const visit = (node: ts.Node): void => {
    // Neither types nor imports exist when the program runs.
    if (ts.isTypeNode(node) || ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    for (const text of textsFor(node, checker)) found.push({ node, text });
    node.forEachChild(visit);
  };
  file.forEachChild(visit);
  return found;
}

function textsFor(node: ts.Node, checker: ts.TypeChecker): string[] {
  const texts = isCondition(node) ? ["false", ...(ts.isIfStatement(node.parent) ? ["true"] : [])] : [];
  if (ts.isBinaryExpression(node)) texts.push(...binaryTexts(node, checker));
  else if (ts.isPrefixUnaryExpression(node)) texts.push(...prefixTexts(node));
  else if (ts.isPostfixUnaryExpression(node))
    texts.push(node.operand.getText() + (node.operator === ts.SyntaxKind.PlusPlusToken ? "--" : "++"));
  else if (ts.isNumericLiteral(node) && !isFixed(node)) texts.push(String(Number(node.text) + 1));
  else if (node.kind === ts.SyntaxKind.TrueKeyword) texts.push("false");
  else if (node.kind === ts.SyntaxKind.FalseKeyword) texts.push("true");
  else if (ts.isConditionalExpression(node))
    texts.push(`${node.condition.getText()} ? ${node.whenFalse.getText()} : ${node.whenTrue.getText()}`);
  else if (ts.isCallExpression(node)) texts.push(...callTexts(node, checker));
  else if (isRemovable(node)) texts.push("");
  return texts;
}

function binaryTexts(node: ts.BinaryExpression, checker: ts.TypeChecker): string[] {
  const [left, operator, right] = [node.left.getText(), node.operatorToken.getText(), node.right.getText()];
  if (operator === "??") return [left, right];
  // Texts are joined by + too.
  const joins = operator.startsWith("+") && !isNumber(node, checker);
  return joins ? [] : (binary[operator] ?? []).map((other) => `${left} ${other} ${right}`);
}

function isNumber(node: ts.Expression, checker: ts.TypeChecker): boolean {
  return (checker.getTypeAtLocation(node).flags & (ts.TypeFlags.NumberLike | ts.TypeFlags.BigIntLike)) !== 0;
}

function prefixTexts(node: ts.PrefixUnaryExpression): string[] {
  const operand = node.operand.getText();
  if (node.operator === ts.SyntaxKind.PlusPlusToken) return [`--${operand}`];
  if (node.operator === ts.SyntaxKind.MinusMinusToken) return [`++${operand}`];
  return node.operator === ts.SyntaxKind.PlusToken ? [] : [operand];
}

/** Another function of the same kind, and the neighbours among the arguments that have one type exchanged. */
function callTexts(node: ts.CallExpression, checker: ts.TypeChecker): string[] {
  const texts: string[] = [];
  const callee = node.expression;
  const call = (name: string, values: readonly ts.Node[]) =>
    `${name}(${values.map((value) => value.getText()).join(", ")})`;
  if (ts.isPropertyAccessExpression(callee)) {
    const other = Object.hasOwn(methods, callee.name.text) ? methods[callee.name.text] : undefined;
    if (other !== undefined) texts.push(call(`${callee.expression.getText()}.${other}`, node.arguments));
  }
  for (let i = 1; i < node.arguments.length; i++) {
    const [a, b] = [node.arguments[i - 1]!, node.arguments[i]!];
    if (ts.isSpreadElement(a) || ts.isSpreadElement(b) || isCommutative(callee)) continue;
    const [typeA, typeB] = [a, b].map((value) =>
      checker.getBaseTypeOfLiteralType(checker.getTypeAtLocation(value)),
    );
    if (a.getText() === b.getText() || typeA !== typeB || ts.isStringLiteralLike(a)) continue;
    texts.push(call(callee.getText(), node.arguments.with(i - 1, b).with(i, a)));
  }
  return texts;
}

/** The order of these functions' arguments does not matter. */
function isCommutative(callee: ts.Expression): boolean {
  return /^(Math\.(min|max|hypot|imul)|add|multiply|maximum|minimum)$/.test(callee.getText());
}

function isCondition(node: ts.Node): boolean {
  const { parent } = node;
  return (ts.isIfStatement(parent) || ts.isWhileStatement(parent)) && parent.expression === node;
}

/** Whether a number is the name of a property, or stands after a sign, which is changed instead. */
function isFixed(node: ts.NumericLiteral): boolean {
  const { parent } = node;
  return ts.isPrefixUnaryExpression(parent) || (ts.isPropertyAssignment(parent) && parent.name === node);
}

function isRemovable(node: ts.Node): boolean {
  if (ts.isExpressionStatement(node)) {
    const called = ts.isCallExpression(node.expression) ? node.expression.expression.kind : undefined;
    return called !== ts.SyntaxKind.SuperKeyword;
  }
  return ts.isBreakStatement(node) || ts.isContinueStatement(node);
}
