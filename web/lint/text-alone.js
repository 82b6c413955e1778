// A lint rule: text has an element of its own.
//
// Translators of browsers wrap text nodes in elements of theirs (`<font>`). React keeps the text node and not its place: text that
// stands beside other children can then be neither changed nor passed by, and the page breaks. Text that is the only child of its
// element is written through the element, so it survives.
import { ESLintUtils } from '@typescript-eslint/utils'
import ts from 'typescript'

const TEXT = ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike | ts.TypeFlags.BigIntLike | ts.TypeFlags.TemplateLiteral

/** Whether a value of the type may be drawn as a text node. What may be an element, too, is the business of who made it. */
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
