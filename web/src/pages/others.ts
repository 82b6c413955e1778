// Every page but the market, for the part of the application that is loaded later.
export { SignInPage as SignIn, SignOutPage as SignOut, SignUpPage as SignUp } from './auth'
export { default as Edit } from './edit'
export { default as Listings } from './listings'
export { default as Missing } from './missing'
export { default as Order } from './order'
export { default as Orders } from './orders'
export { default as Sell } from './sell'
export { default as Ticket } from './ticket'
