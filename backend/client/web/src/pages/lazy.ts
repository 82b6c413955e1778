// Every page except the market, in one chunk that is loaded on demand.
export { SignInPage as SignIn, SignOutPage as SignOut, SignUpPage as SignUp } from './auth'
export { default as Edit } from './edit'
export { default as Listings } from './listings'
export { default as NotFound } from './not-found'
export { default as Order } from './order'
export { default as Orders } from './orders'
export { default as Sell } from './sell'
export { default as Ticket } from './ticket'
