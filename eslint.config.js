import { defineConfig, globalIgnores } from 'eslint/config';
import { configs as lit } from 'eslint-plugin-lit';
import { configs as wc } from 'eslint-plugin-wc';
import tseslint from 'typescript-eslint';

const markup = 'Log text must never become markup: build text nodes.';
const onlyConfigsExportDefault = {
  selector: 'ExportDefaultDeclaration',
  message: 'Export by name, so that a thing is called the same everywhere.',
};

export default defineConfig(
  globalIgnores(['dist', 'test-results', '.home', '.vscode-test', 'docs', 'src/platform.d.ts']),
  { linterOptions: { reportUnusedDisableDirectives: 'error', noInlineConfig: true } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-console': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      eqeqeq: 'error',
      'max-lines-per-function': ['error', { max: 50, skipBlankLines: true, skipComments: true }],
      'no-restricted-properties': [
        'error',
        ...['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'srcdoc'].map((property) => ({
          property,
          message: markup,
        })),
      ],
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['lit/directives/unsafe-*', 'lit-html/directives/unsafe-*'], message: markup }] },
      ],
      'no-restricted-syntax': [
        'error',
        onlyConfigsExportDefault,
        { selector: 'ExportAllDeclaration', message: 'No barrels: import from the file that has it.' },
        { selector: 'TSEnumDeclaration', message: 'Use a union of strings.' },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_$' }],
      // Spreading a string into its code points is what is meant here.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // `import { type X }` beside values of the same module reads better than two imports.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      // Interfaces of one call and empty disposers are normal here.
      '@typescript-eslint/no-empty-function': 'off',
      // An async method without await still fulfils a promised interface and turns throws into rejections.
      '@typescript-eslint/require-await': 'off',
    },
  },
  {
    files: ['webview/**/*.ts'],
    extends: [lit['flat/recommended'], wc['flat/best-practice']],
    rules: {
      // Lit's own lifecycle: decorators register, the base class guards the constructor.
      'wc/guard-super-call': 'off',
      'wc/guard-define-call': 'off',
      'wc/define-tag-after-class-definition': 'off',
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      // It mistakes `Promise.withResolvers<void>()`.
      '@typescript-eslint/no-invalid-void-type': 'off',
      'no-restricted-syntax': [
        'error',
        onlyConfigsExportDefault,
        {
          selector: 'CallExpression[callee.property.name=/^(skip|only|todo|waitForTimeout)$/]',
          message: 'A test runs, whole, and waits for conditions, not for time.',
        },
        {
          selector:
            'CallExpression[callee.object.name=vi][callee.property.name=/^wait(For|Until)$/][arguments.length<2]',
          message: 'Wait with `eventually`: a second is too short on a machine that does other things.',
        },
      ],
    },
  },
  { files: ['scripts/**/*.ts', 'bench/**/*.ts', 'examples/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['*.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
);
