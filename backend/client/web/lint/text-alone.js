// A lint rule: text must be the only child of its element. Browser translators wrap text nodes in elements (`<font>`). React then cannot
// update or remove a text node beside other children, and the page breaks. Text that is the only child is written through its element,
// so it survives.
import { ESLintUtils } from '@typescript-eslint/utils'
import ts from 'typescript'

const TEXT = ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike | ts.TypeFlags.BigIntLike | ts.TypeFlags.TemplateLiteral

/** Returns whether a value of the type may be rendered as a text node. */
function isText(type) {
  return type.isUnion() ? type.types.some(isText) : (type.flags & TEXT) !== 0 && !(type.isStringLiteral() && type.value.trim() === '')
}

export const textAlone = ESLintUtils.RuleCreator.withoutDocs({
  meta: {
    type: 'problem',
    schema: [],
    messages: { beside: 'Text beside other children breaks in translated pages: give it an element of its own.' },
  },
  defaultOptions: [],
  create(context) {
    const services = ESLintUtils.getParserServices(context)
    const isDrawn = (child) =>
      child.type === 'JSXText' ? child.value.trim() !== '' : child.type !== 'JSXExpressionContainer' || child.expression.type !== 'JSXEmptyExpression'
    const hasText = (child) => {
      if (child.type === 'JSXText') return true
      if (child.type !== 'JSXExpressionContainer') return false
      return isText(services.getTypeAtLocation(child.expression))
    }
    const check = ({ children }) => {
      const drawn = children.filter(isDrawn)
      if (drawn.length < 2) return
      for (const child of drawn.filter(hasText)) context.report({ node: child, messageId: 'beside' })
    }
    return { JSXElement: check, JSXFragment: check }
  },
})
