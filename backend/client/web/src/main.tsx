// The entry point of the application.
import { createRoot } from 'react-dom/client'

import { App } from './app'
import './styles/index.css'
import { watchNavigation } from './ui/navigation'

// Before the router subscribes, so that a new page knows that it was navigated to.
watchNavigation()

const root = document.getElementById('root')
if (root) createRoot(root).render(<App />)
